using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>One list that one upstream is asked for, page by page.</summary>
internal sealed record ListQuestion
{
    private static long _last;

    public required IUpstream Upstream { get; init; }

    public required ListKind Kind { get; init; }

    /// <summary>For whom: an upstream that is told its users gets this one's name.</summary>
    public required Caller Caller { get; init; }

    public required Era Era { get; init; }

    public required SessionBinding Session { get; init; }

    /// <summary>The JSON of <c>_meta</c>, which in the modern era every request carries; empty in the legacy one.</summary>
    public required ReadOnlyMemory<byte> Meta { get; init; }

    /// <summary>The client's headers that go with its own question.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <param name="cursor">The page; null for the first.</param>
    public UpstreamRequest Page(string? cursor) => new()
    {
        Caller = Caller,
        Era = Era,
        Message = Splice.Rescan(Message(cursor)),
        Session = Session,
        Headers = Headers,
    };

    private byte[] Message(string? cursor)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);

            // Ids must not meet those of the client's other requests on the same upstream session.
            json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"gatehouse-list-{Interlocked.Increment(ref _last)}"));
            json.WriteString("method"u8, Kind.Method);
            json.WriteStartObject("params"u8);
            if (cursor is not null) json.WriteString("cursor"u8, cursor);
            if (!Meta.IsEmpty)
            {
                json.WritePropertyName("_meta"u8);
                json.WriteRawValue(Meta.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
