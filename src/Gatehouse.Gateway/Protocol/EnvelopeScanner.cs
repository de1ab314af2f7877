using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Gateway.Protocol;

/// <summary>
/// Reads one JSON-RPC message in a single forward pass. What the gateway decides on is what the upstream will act on, so
/// whatever two parsers could read differently is refused: duplicates of keys that matter, bytes that are not UTF-8,
/// escapes that stand for no character. Keys match exactly, by their unescaped value.
/// </summary>
internal static class EnvelopeScanner
{
    /// <summary>Deeper nesting is refused: no honest message needs it, and parsers behind us may recurse.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions _options = new() { MaxDepth = MaxDepth };

    /// <param name="body">The whole body. The envelope's ranges point into it.</param>
    public static bool TryScan(
        ReadOnlyMemory<byte> body,
        [NotNullWhen(true)] out Envelope? envelope,
        [NotNullWhen(false)] out ScanFault? fault)
    {
        var scan = new EnvelopeScan();
        try
        {
            // Utf8JsonReader checks the grammar, but the bytes of a string only when somebody reads it.
            if (!Utf8.IsValid(body.Span))
            {
                scan.Refuse(JsonRpcCode.ParseError, "The body is not valid UTF-8.");
            }
            else
            {
                var reader = new Utf8JsonReader(body.Span, _options);
                scan.ReadMessage(ref reader);
            }
        }
        catch (JsonException)
        {
            scan = new EnvelopeScan();
            scan.Refuse(JsonRpcCode.ParseError, "The body is not valid JSON, or nested too deeply.");
        }
        catch (InvalidOperationException)
        {
            // The reader's word for an escaped half of a surrogate pair: legal grammar, but no text.
            scan = new EnvelopeScan();
            scan.Refuse(JsonRpcCode.InvalidRequest, "A key or value that matters holds an unpaired surrogate.");
        }

        fault = scan.Fault();
        envelope = fault is null ? scan.ToEnvelope(body) : null;
        return fault is null;
    }
}
