using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>Which modern revision to speak with a server that refused ours.</summary>
internal static class ModernVersions
{
    /// <returns>Another modern revision that the server names, or null if it names none. Revisions are dates, so they compare as text.</returns>
    public static string? Other(Greeting? greeting, string tried) => greeting is Greeting.Refusal { IsModern: true } refusal
        ? refusal.SupportedVersions
            .Where(version => version != tried && string.CompareOrdinal(version, ProtocolVersions.Modern) >= 0)
            .Max(StringComparer.Ordinal)
        : null;
}
