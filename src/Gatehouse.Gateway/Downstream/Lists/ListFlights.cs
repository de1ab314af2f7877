namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>However many want the same list, it is asked for once; whoever gives up leaves the asking to the others.</summary>
/// <param name="edition">What a running question may be too old for.</param>
/// <param name="ask">Asks, under the edition that holds as it begins.</param>
internal sealed class ListFlights(ListEdition edition, Func<long, Task<ListAnswer>> ask)
{
    private readonly Lock _joining = new();
    private Flight? _running;
    private Task<ListAnswer>? _next;

    /// <param name="mayBeOlder">
    /// Whether an answer will do that was asked for a moment before: not for a list that is good for no time at all, for that
    /// moment may be the one in which it changed. Then all who come while one is asked share the next.
    /// </param>
    public Task<ListAnswer> JoinAsync(bool mayBeOlder)
    {
        lock (_joining)
        {
            if (_running is not { Answer.IsCompleted: false } running) return Begin();
            return mayBeOlder && running.Edition == edition.Number ? running.Answer : _next ??= AfterAsync(running.Answer);
        }
    }

    private async Task<ListAnswer> AfterAsync(Task<ListAnswer> running)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task<ListAnswer> next;
        lock (_joining)
        {
            _next = null;

            // Whatever runs by now was begun after everybody who waits here had come.
            next = _running is { Answer.IsCompleted: false } begun ? begun.Answer : Begin();
        }

        return await next;
    }

    private Task<ListAnswer> Begin()
    {
        var number = edition.Number;
        _running = new Flight(number, Task.Run(() => ask(number)));
        return _running.Answer;
    }

    private sealed record Flight(long Edition, Task<ListAnswer> Answer);
}
