using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// Finds out what a server says of itself, with a child that nobody else speaks to and that is ended right after: where each
/// user has a child of their own, none runs before the first user comes. Asked again whenever there is doubt.
/// </summary>
internal sealed class ChildProbe(ServerSettings settings, long longestLine, ChildGreetings greetings, ListChanges changes, ISessionMessages sessions, string server, ChildLog log, TimeProvider time)
{
    private volatile TaskCompletionSource _doubt = New();

    /// <summary>A child has failed, and nobody knows whether all would.</summary>
    public void Doubt() => _doubt.TrySetResult();

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            _doubt = New();
            await AskAsync(stopping);
            await _doubt.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Until it has answered.</summary>
    private async Task AskAsync(CancellationToken stopping)
    {
        var terms = new ChildTerms(settings, LegacyOnly: false, longestLine, new SharedConversation(server, changes, sessions));
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var child = new SupervisedChild(terms, log, time);
        child.Want();
        await child.RunAsync(
            opened =>
            {
                greetings.Up(opened);
                answered.Cancel();
            },
            greetings.Down,
            answered.Token);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
