using System.Globalization;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>How many children one server may have at once. Who comes when all places are taken gets that of one who only idles.</summary>
/// <param name="limit">How many.</param>
/// <param name="tryFree">Ends a child that nobody uses; false: all are at work.</param>
internal sealed class ChildPlaces(int limit, Func<bool> tryFree)
{
    /// <summary>How long whoever was turned away stays so: long enough that a crowd at the door costs nothing.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _door = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _taken;

    public ChildOpening.Failed Full { get; } = new(string.Create(CultureInfo.InvariantCulture, $"all of its {limit} programs are at work (maxChildren); try again later"));

    /// <returns>False if there is none to be had, or nobody wants it any more.</returns>
    public async Task<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        var place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_door)
        {
            if (_taken < limit)
            {
                _taken++;
                return true;
            }

            if (!tryFree()) return false;
            _waiting.Enqueue(place);
        }

        try
        {
            await place.Task.WaitAsync(cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Given just now: the next one gets it.
            if (!place.TrySetCanceled(CancellationToken.None)) Leave();
            return false;
        }
    }

    public void Leave()
    {
        lock (_door)
        {
            while (_waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult()) return;
            }

            _taken--;
        }
    }
}
