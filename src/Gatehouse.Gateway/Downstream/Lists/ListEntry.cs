using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>One list of one upstream: the last whole one that it gave, what came instead since, and the asking for the next.</summary>
internal sealed class ListEntry
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);

    private readonly ListQuestion _question;
    private readonly bool _isPersonal;
    private readonly ListEdition _edition;
    private readonly Func<ListQuestion, Task<ListAnswer>> _ask;
    private readonly ListFlights _flights;
    private readonly TimeProvider _time;
    private volatile KnownList? _known;
    private volatile Trouble? _trouble;
    private int _isDue;
    private long _lastUsed;

    /// <param name="question">What to ask.</param>
    /// <param name="isPersonal">Whether only one user reads it.</param>
    /// <param name="edition">Tells whether the list has changed since.</param>
    /// <param name="ask">Asks, and gives all pages or the reason why not.</param>
    /// <param name="time">The clock.</param>
    public ListEntry(ListQuestion question, bool isPersonal, ListEdition edition, Func<ListQuestion, Task<ListAnswer>> ask, TimeProvider time)
    {
        (_question, _isPersonal, _edition, _ask, _time) = (question, isPersonal, edition, ask, time);
        _flights = new ListFlights(edition, AskAsync);
    }

    /// <summary>Whether only one user reads it.</summary>
    public bool IsPersonal => _isPersonal;

    /// <summary>What it holds of the memory.</summary>
    public long Size => _known?.Size ?? 0;

    public long LastUsed => Interlocked.Read(ref _lastUsed);

    public void Touch() => Interlocked.Exchange(ref _lastUsed, _time.GetTimestamp());

    /// <summary>The list, if it is as new as it has to be.</summary>
    /// <param name="isRipe">Whether it is time to ask again, though nobody need wait for that. Said once.</param>
    public bool TryGetFresh(ListTerms terms, bool isAnnounced, [NotNullWhen(true)] out KnownList? list, out bool isRipe)
    {
        (list, isRipe) = (_known, false);
        if (list is null || list.Edition != _edition.Number) return false;
        var (age, lifetime) = (_time.GetElapsedTime(list.Asked), terms.Lifetime(list, isAnnounced));
        if (age >= lifetime) return false;
        isRipe = list.IsRipe(age, lifetime) && Interlocked.Exchange(ref _isDue, 1) == 0;
        return true;
    }

    /// <summary>What came instead of the list the last time, while it is too soon to ask again.</summary>
    public bool IsPausing([NotNullWhen(true)] out ListAnswer? instead)
    {
        instead = _trouble is { } trouble && trouble.Edition == _edition.Number && _time.GetElapsedTime(trouble.Since) < trouble.Pause ? trouble.Instead : null;
        return instead is not null;
    }

    /// <summary>Asks the upstream, or joins those who do.</summary>
    public Task<ListAnswer> AskAsync(ListTerms terms, bool isAnnounced) =>
        _flights.JoinAsync(mayBeOlder: _known is not { } known || terms.Lifetime(known, isAnnounced) > TimeSpan.Zero);

    /// <summary>The old list in place of one that cannot be had, if there is one and it is not too old.</summary>
    public ListAnswer InsteadOf(ListAnswer failed) =>
        _known is { } known && _time.GetElapsedTime(known.Asked) < ListTerms.OldestStale ? ListAnswer.Stale(known, failed.Problem!) : failed;

    private async Task<ListAnswer> AskAsync(long edition)
    {
        var asked = _time.GetTimestamp();
        try
        {
            var answer = await _ask(_question);
            if (answer.Problem is not null)
            {
                // What there is of one user's list is not for whoever else waits.
                if (!_isPersonal && KnownList.ArePrivate(answer.Pages, _question.Era)) answer = ListAnswer.Nothing(answer.Problem);
                var pause = _trouble is { } before ? Min(before.Pause * 2, _longestPause) : _firstPause;
                _trouble = new Trouble(answer, edition, _time.GetTimestamp(), pause);
                return answer;
            }

            var list = new KnownList(answer.Pages, _question.Era, asked, edition);
            _trouble = null;

            // One user's list is kept where only that user looks.
            if (_isPersonal || !list.IsPrivate) _known = list;
            return list.Answer;
        }
        finally
        {
            Interlocked.Exchange(ref _isDue, 0);
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed record Trouble(ListAnswer Instead, long Edition, long Since, TimeSpan Pause);
}
