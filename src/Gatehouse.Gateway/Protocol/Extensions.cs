namespace Gatehouse.Gateway.Protocol;

/// <summary>The extensions of MCP that the gateway knows something about, by the keys under which capabilities declare them.</summary>
internal static class Extensions
{
    /// <summary>Calls that go on after their answer (SEP-2663).</summary>
    public static ReadOnlySpan<byte> Tasks => "io.modelcontextprotocol/tasks"u8;
}
