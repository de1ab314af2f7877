namespace Gatehouse.Gateway.Protocol;

/// <summary>The revisions of MCP that the gateway knows.</summary>
internal static class ProtocolVersions
{
    public const string Modern = "2026-07-28";

    public const string NewestLegacy = "2025-11-25";

    /// <summary>What a request without <c>MCP-Protocol-Version</c> speaks, unless its session says otherwise.</summary>
    public const string Unstated = "2025-03-26";

    /// <summary>Any other string is taken for a modern revision: clients must learn what we support from one error.</summary>
    public static bool IsLegacy(string version) => version is NewestLegacy or "2025-06-18" or "2025-03-26" or "2024-11-05";

    /// <summary>The revision for a session: the one asked for if it is known, else the newest (MCP 2025-11-25, "Version negotiation").</summary>
    public static string Negotiate(string? requested) => requested is not null && IsLegacy(requested) ? requested : NewestLegacy;
}
