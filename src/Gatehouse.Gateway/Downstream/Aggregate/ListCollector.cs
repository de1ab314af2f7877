using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>Asks one upstream for every page of a list.</summary>
internal sealed class ListCollector(Forwarder forwarder)
{
    /// <summary>A server that has more pages, or gives a cursor twice, would keep us for ever.</summary>
    private const int MaxPages = 200;

    public async Task<CollectedList> CollectAsync(Exchange exchange, IUpstream upstream, ListKind kind, SessionBinding session)
    {
        using var patience = forwarder.PatienceWith(upstream.Name, exchange.Http.RequestAborted);
        var pages = new List<ListPage>();
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (string? cursor = null; pages.Count < MaxPages;)
            {
                var message = Splice.Rescan(Message(exchange, kind.Method, cursor, pages.Count));
                var result = await upstream.SendAsync(Forwarder.Request(exchange, message, session), patience.Token);
                if (result is UpstreamResult.Failed failed) return new(pages, $"cannot be reached: {failed.Reason}");
                await using var answer = (UpstreamResult.Answered)result;
                if (await AnswerReader.ReadAsync(answer, forwarder.MaxLengthOf(upstream.Name), patience.Token) is not { } received || ListPage.Read(received, kind) is not { } page) return new(pages, "gave an answer that cannot be read");
                if (page.Error is { } error) return new(pages, $"answered with an error: {error}");
                pages.Add(page);
                patience.Renew();
                cursor = page.NextCursor;
                if (cursor is null) return new(pages, null);
                if (!seen.Add(cursor)) return new(pages, "gives the same cursor twice");
            }

            return new(pages, string.Create(CultureInfo.InvariantCulture, $"has more than {MaxPages} pages"));
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            return new(pages, "did not answer in time");
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return new(pages, $"broke off its answer: {broken.Message}");
        }
    }

    /// <summary>Our own request for one page, with the client's <c>_meta</c>, which in the modern era every request carries.</summary>
    private static byte[] Message(Exchange exchange, string method, string? cursor, int page)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            // Ids must not meet those of the client's other requests on the same upstream session.
            json.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"gatehouse-{exchange.Http.TraceIdentifier}-{page}"));
            json.WriteString("method"u8, method);
            json.WriteStartObject("params"u8);
            if (cursor is not null) json.WriteString("cursor"u8, cursor);
            if (exchange.Era == Era.Modern && exchange.Message.Meta is { } meta)
            {
                json.WritePropertyName("_meta"u8);
                json.WriteRawValue(meta.Of(exchange.Message.Body.Span), skipInputValidation: true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

/// <param name="Pages">What came, in order.</param>
/// <param name="Problem">Why that is not everything; null if it is.</param>
internal sealed record CollectedList(IReadOnlyList<ListPage> Pages, string? Problem);
