namespace Gatehouse.Gateway.Protocol;

/// <summary>The two families of MCP revisions.</summary>
internal enum Era
{
    /// <summary>2024-11-05 to 2025-11-25: <c>initialize</c>, sessions.</summary>
    Legacy,

    /// <summary>2026-07-28 and later: stateless, everything in <c>_meta</c> and headers.</summary>
    Modern,
}
