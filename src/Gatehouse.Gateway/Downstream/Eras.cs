using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>Which family of revisions a request belongs to, and who speaks it.</summary>
internal static class Eras
{
    /// <summary>
    /// A message is modern if its <c>_meta</c> says so, or its header names a revision that is no legacy one. Whoever sends
    /// <c>initialize</c> without either means the legacy era.
    /// </summary>
    public static Era Of(IHeaderDictionary headers, Envelope message) =>
        message.MetaProtocolVersion is not null || IsModern(headers) ? Era.Modern : Era.Legacy;

    public static bool IsModern(IHeaderDictionary headers) =>
        headers[ModernRules.VersionHeader] is [{ } version] && !ProtocolVersions.IsLegacy(version.Trim(' ', '\t'));

    public static bool Speaks(this UpstreamStatus status, Era era) => era == Era.Modern ? status.SpeaksModern == true : status.SpeaksLegacy != false;

    /// <summary>What a server of the other era would answer, so that a client that knows both tries the other one.</summary>
    public static Refusal NotSpoken(Era era, string server) => era == Era.Modern
        ? new Refusal(400, JsonRpcCode.InvalidRequest, $"The server {server} speaks revisions of MCP up to {ProtocolVersions.NewestLegacy}: send initialize")
        : new Refusal(
            400, JsonRpcCode.UnsupportedVersion, $"The server {server} speaks MCP {ProtocolVersions.Modern} only",
            Data: json =>
            {
                json.WriteStartArray("supported"u8);
                json.WriteStringValue(ProtocolVersions.Modern);
                json.WriteEndArray();
            });
}
