using System.Collections.Concurrent;
using System.Globalization;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>Asks one upstream for every page of a list, and keeps in mind which resources it has.</summary>
internal sealed partial class ListCollector(GatehouseSettings settings, ResourceIndex index, TimeProvider time, ILogger<ListCollector> logger)
{
    /// <summary>A server that has more pages, or gives a cursor twice, would keep us for ever.</summary>
    private const int MaxPages = 200;

    /// <summary>How many tools that were left out are remembered, so that each is logged once.</summary>
    private const int MaxLeftOut = 1_000;

    private readonly ConcurrentDictionary<(string Server, string Tool), string> _leftOut = new();

    /// <returns>The whole list, or what came of it with the reason why that is not all.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<ListAnswer> CollectAsync(ListQuestion question, CancellationToken cancellationToken)
    {
        var pages = new List<ListPage>();
        var server = settings.McpServers[question.Upstream.Name];
        using var patience = new Patience(TimeSpan.FromSeconds(server.Timeout), TimeSpan.FromSeconds(server.MaxDuration), time, cancellationToken);
        try
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (string? cursor = null; pages.Count < MaxPages;)
            {
                var result = await question.Upstream.SendAsync(question.Page(cursor), patience.Token);
                if (result is UpstreamResult.Failed failed) return new(pages, $"cannot be reached: {failed.Reason}");
                await using var answer = (UpstreamResult.Answered)result;
                if (await AnswerReader.ReadAsync(answer, settings.ResponseBytesOf(question.Upstream.Name), patience.Token) is not { } received || ListPage.Read(received, question.Kind) is not { } page) return new(pages, "gave an answer that cannot be read");
                if (page.Error is { } error) return new(pages, $"answered with an error: {error}");
                pages.Add(question.Kind == ListKind.Tools ? WithHeaderParameters(question.Upstream.Name, page) : page);
                patience.Renew();
                cursor = page.NextCursor;
                if (cursor is null) return Whole(question, pages);
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

    private ListAnswer Whole(ListQuestion question, List<ListPage> pages)
    {
        var keys = pages.SelectMany(page => page.Items).Select(item => item.KeyValue);
        if (question.Kind == ListKind.Resources) index.Learn(question.Upstream.Name, keys);
        else if (question.Kind == ListKind.ResourceTemplates) index.LearnTemplates(question.Upstream.Name, keys);
        return new(pages, null);
    }

    /// <summary>
    /// Learns which arguments travel as headers, and leaves tools out that ask for impossible ones: no client could call them
    /// (2026-07-28, "Streamable HTTP: custom headers").
    /// </summary>
    private ListPage WithHeaderParameters(string server, ListPage page)
    {
        List<ListItem>? fit = null;
        Dictionary<string, IReadOnlyList<HeaderParameter>>? parameters = null;
        for (var place = 0; place < page.Items.Count; place++)
        {
            var item = page.Items[place];
            var found = HeaderParameters.Of(item.Range.Of(page.Message.Span), out var fault);
            if (fault is null)
            {
                fit?.Add(item);
                if (found.Count > 0) (parameters ??= new(StringComparer.Ordinal))[item.KeyValue] = found;
                continue;
            }

            fit ??= [.. page.Items.Take(place)];
            Tell(server, item.KeyValue, fault);
        }

        return fit is null && parameters is null ? page : page with { Items = fit ?? page.Items, HeaderParameters = parameters };
    }

    private void Tell(string server, string tool, string fault)
    {
        if (_leftOut.Count >= MaxLeftOut) _leftOut.Clear();
        if (_leftOut.TryGetValue((server, tool), out var told) && told == fault) return;
        _leftOut[(server, tool)] = fault;
        LeftOut(server, tool, fault);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Server}'s tool {Tool} is not listed: {Fault}")]
    private partial void LeftOut(string server, string tool, string fault);
}
