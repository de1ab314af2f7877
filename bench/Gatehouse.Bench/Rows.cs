namespace Gatehouse.Bench;

/// <summary>The contenders' names, which are the titles of their rows.</summary>
internal static class Rows
{
    public const string Direct = "direct";
    public const string Nginx = "nginx";

    /// <summary>What all others are compared to.</summary>
    public const string Yarp = "YARP";

    public const string TunedYarp = "YARP, tuned";

    /// <summary>What most targets are set for.</summary>
    public const string OneServer = "Gatehouse, /mcp/{server}";

    /// <summary>What the target for lists is set for: here they are merged and renamed.</summary>
    public const string AllServers = "Gatehouse, /mcp";

    public const string Inline = "Gatehouse, scheduling inline";
}
