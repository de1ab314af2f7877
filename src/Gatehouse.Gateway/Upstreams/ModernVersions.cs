using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>Which modern revision to speak with a server that refused ours.</summary>
internal static class ModernVersions
{
    /// <returns>
    /// The newest modern revision that the server names, or null if it names none; the one that was tried counts as well, since
    /// a server that names it means to speak it. Revisions are dates, so they compare as text.
    /// </returns>
    public static string? Offered(Greeting? greeting) => greeting is Greeting.Refusal { IsModern: true } refusal
        ? refusal.SupportedVersions
            .Where(version => string.CompareOrdinal(version, ProtocolVersions.Modern) >= 0)
            .Max(StringComparer.Ordinal)
        : null;
}
