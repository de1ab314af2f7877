using System.Collections.Concurrent;
using System.Collections.Frozen;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>
/// The lists of all upstreams, each asked for no more often than it may change, and shown to nobody but those whom the
/// upstream could not tell from the one who asked. Bounded; what has not been used for longest goes first.
/// </summary>
internal sealed class ListCache : IDisposable
{
    /// <summary>How long a client waits for one server's list: the others' must not be held up. The asking goes on, for the next client.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ListKey, ListEntry> _entries = new();
    private readonly ConcurrentDictionary<(string Server, string Method), bool> _private = new();
    private readonly FrozenDictionary<string, ListTerms> _terms;
    private readonly FrozenDictionary<(string Server, ChangedList List), ListEdition> _editions;
    private readonly ListChanges _changes;
    private readonly ListCollector _collector;
    private readonly ListRefresher _refresher;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();

    public ListCache(GatehouseSettings settings, ListChanges changes, ListCollector collector, ListRefresher refresher, TimeProvider time)
    {
        (_changes, _collector, _refresher, _time) = (changes, collector, refresher, time);
        var servers = settings.McpServers.Where(server => server.Value.IsActive).ToList();
        _terms = servers.ToFrozenDictionary(server => server.Key, server => new ListTerms(server.Value), StringComparer.Ordinal);
        _editions = servers
            .SelectMany(server => Enum.GetValues<ChangedList>().Select(list => (server.Key, list)))
            .ToFrozenDictionary(each => each, _ => new ListEdition());
        _changes.Changed += Note;
    }

    /// <summary>How many lists may be kept.</summary>
    public int MaxEntries { get; init; } = 2_000;

    /// <summary>How much memory they may hold together.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many lists are kept.</summary>
    public int Count => _entries.Count;

    /// <summary>The list from memory, if that is new enough, else from the upstream.</summary>
    public async ValueTask<ListAnswer> GetAsync(ListAsker asker, IUpstream upstream, ListKind kind, CancellationToken cancellationToken) =>
        Fresh(asker, upstream, kind) ?? await AskAsync(asker, upstream, kind, cancellationToken);

    /// <summary>The list from memory, if that is new enough.</summary>
    public ListAnswer? Fresh(ListAsker asker, IUpstream upstream, ListKind kind)
    {
        var terms = _terms[upstream.Name];
        if (terms.AreNeverKept(asker.Era) || !_entries.TryGetValue(KeyFor(asker, upstream, kind, terms), out var entry)) return null;
        var isAnnounced = IsAnnounced(upstream, kind);
        if (!entry.TryGetFresh(terms, isAnnounced, out var list, out var isRipe)) return null;
        entry.Touch();
        if (isRipe) _refresher.Add(() => entry.AskAsync(terms, isAnnounced));
        return list.Answer;
    }

    /// <summary>The list from the upstream; else what is left of it, with the reason.</summary>
    /// <exception cref="OperationCanceledException">The client has given up.</exception>
    public async Task<ListAnswer> AskAsync(ListAsker asker, IUpstream upstream, ListKind kind, CancellationToken cancellationToken)
    {
        var terms = _terms[upstream.Name];
        if (terms.AreNeverKept(asker.Era)) return await _collector.CollectAsync(asker.InItsName(upstream, kind), cancellationToken);
        var entry = EntryFor(asker, upstream, kind, terms);
        var answer = await AskEntryAsync(entry, terms, IsAnnounced(upstream, kind), cancellationToken);
        if (answer.List is not { } list || terms.ArePersonal) return answer;
        if (entry.IsPersonal)
        {
            if (!list.IsPrivate) _private.TryRemove((upstream.Name, kind.Method), out _);
            return answer;
        }

        if (!list.IsPrivate) return answer;

        // Several users may have waited for that answer, and it is only for one of them: from now on each asks for themselves.
        _private[(upstream.Name, kind.Method)] = true;
        return await AskEntryAsync(EntryFor(asker, upstream, kind, terms), terms, IsAnnounced(upstream, kind), cancellationToken);
    }

    /// <summary>What is left of the list of an upstream that cannot be asked now.</summary>
    /// <param name="problem">Why not.</param>
    public ListAnswer Recall(ListAsker asker, IUpstream upstream, ListKind kind, string problem)
    {
        var nothing = ListAnswer.Nothing(problem);
        var terms = _terms[upstream.Name];
        return !terms.AreNeverKept(asker.Era) && _entries.TryGetValue(KeyFor(asker, upstream, kind, terms), out var entry) ? entry.InsteadOf(nothing) : nothing;
    }

    public void Dispose()
    {
        _changes.Changed -= Note;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task<ListAnswer> AskEntryAsync(ListEntry entry, ListTerms terms, bool isAnnounced, CancellationToken cancellationToken)
    {
        if (entry.IsPausing(out var instead)) return entry.InsteadOf(instead);
        try
        {
            var answer = await entry.AskAsync(terms, isAnnounced).WaitAsync(_patience, _time, cancellationToken);
            Trim();
            return answer.Problem is null ? answer : entry.InsteadOf(answer);
        }
        catch (TimeoutException)
        {
            return entry.InsteadOf(ListAnswer.Nothing("has not answered yet"));
        }
    }

    private ListEntry EntryFor(ListAsker asker, IUpstream upstream, ListKind kind, ListTerms terms)
    {
        var key = KeyFor(asker, upstream, kind, terms);
        var entry = _entries.GetOrAdd(
            key,
            static (key, made) => new ListEntry(
                made.asker.InOurName(made.upstream, made.kind, $"lists-{SessionIds.NewKey()}"),
                key.Reader is not null,
                made.cache._editions[(key.Server, ChangeOf(made.kind))],
                question => made.cache._collector.CollectAsync(question, made.cache._stopping.Token),
                made.cache._time),
            (cache: this, asker, upstream, kind));
        entry.Touch();
        if (_entries.Count > MaxEntries) Trim();
        return entry;
    }

    private ListKey KeyFor(ListAsker asker, IUpstream upstream, ListKind kind, ListTerms terms)
    {
        var isPersonal = terms.ArePersonal || _private.ContainsKey((upstream.Name, kind.Method));
        return new ListKey(upstream.Name, kind.Method, asker.Era, asker.Version, asker.Fingerprint, isPersonal ? new ListReader(asker.Caller.Subject, asker.Caller.Email) : null);
    }

    /// <summary>Drops what has not been used for longest, a tenth too much, so that a full house does not search on every arrival.</summary>
    private void Trim()
    {
        var bytes = _entries.Sum(entry => entry.Value.Size);
        if (_entries.Count <= MaxEntries && bytes <= MaxBytes) return;
        foreach (var (key, entry) in _entries.OrderBy(entry => entry.Value.LastUsed).ToList())
        {
            if (_entries.Count <= MaxEntries * 9L / 10 && bytes <= MaxBytes / 10 * 9) return;
            if (_entries.TryRemove(new KeyValuePair<ListKey, ListEntry>(key, entry))) bytes -= entry.Size;
        }
    }

    private void Note(ListChange change)
    {
        // What one session alone sees is not kept.
        if (change.Session is not null) return;
        if (_editions.TryGetValue((change.Server, change.List), out var edition)) edition.Advance();
    }

    private static ChangedList ChangeOf(ListKind kind) => kind.Method switch
    {
        McpMethods.ListTools => ChangedList.Tools,
        McpMethods.ListPrompts => ChangedList.Prompts,
        _ => ChangedList.Resources,
    };

    private static bool IsAnnounced(IUpstream upstream, ListKind kind) => (upstream.Status.Announced & kind.Method switch
    {
        McpMethods.ListTools => UpstreamFeatures.ToolsListChanged,
        McpMethods.ListPrompts => UpstreamFeatures.PromptsListChanged,
        _ => UpstreamFeatures.ResourcesListChanged,
    }) != 0;
}
