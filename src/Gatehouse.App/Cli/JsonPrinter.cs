using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gatehouse.App.Hosting;
using Gatehouse.Core.Audit;

namespace Gatehouse.App.Cli;

/// <summary>One JSON object a line, with everything that is known of an event; what is not known is left out.</summary>
internal sealed class JsonPrinter(TextWriter output) : IAuditPrinter
{
    private static readonly JsonSerializerOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Print(AuditEvent auditEvent)
    {
        var json = new JsonObject
        {
            ["sequence"] = auditEvent.Sequence,
            ["id"] = auditEvent.Id,
            ["time"] = auditEvent.Time.UtcDateTime,
            ["action"] = AuditNames.Of(auditEvent.Action),
            ["outcome"] = AuditNames.Of(auditEvent.Outcome),
            ["reason"] = auditEvent.Reason,
            ["subject"] = auditEvent.Subject,
            ["user"] = auditEvent.User,
            ["clientId"] = auditEvent.ClientId,
            ["clientName"] = auditEvent.ClientName,
            ["server"] = auditEvent.Server,
            ["target"] = auditEvent.Target,
            ["arguments"] = Arguments(auditEvent.Arguments),
            ["durationMs"] = auditEvent.Duration.TotalMilliseconds,
            ["requestBytes"] = auditEvent.RequestBytes,
            ["responseBytes"] = auditEvent.ResponseBytes,
            ["requestId"] = auditEvent.RequestId,
        };
        foreach (var (key, _) in json.Where(member => member.Value is null).ToList()) json.Remove(key);
        output.WriteLine(TerminalText.CleanJson(json.ToJsonString(_options)));
    }

    public void Complete()
    {
    }

    /// <summary>An object as it was recorded; text if it was too long to be kept whole.</summary>
    private static JsonNode? Arguments(string? arguments)
    {
        if (arguments is null) return null;
        try
        {
            return JsonNode.Parse(arguments);
        }
        catch (JsonException)
        {
            return JsonValue.Create(arguments);
        }
    }
}
