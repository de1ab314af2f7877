namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Where a supervised child stands. One state follows the other; whoever waits, waits until the present one has passed.</summary>
internal abstract class ChildState
{
    private readonly TaskCompletionSource _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildState()
    {
    }

    public Task Passed => _passed.Task;

    public void Pass() => _passed.TrySetResult();

    /// <summary>Not started, until somebody wants it.</summary>
    public sealed class Resting : ChildState
    {
        private readonly TaskCompletionSource<bool> _call = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True once it is wanted, false once it is dismissed.</summary>
        public Task<bool> Call => _call.Task;

        public void Want() => _call.TrySetResult(true);

        /// <returns>Whether nobody had wanted it.</returns>
        public bool Dismiss() => _call.TrySetResult(false);
    }

    public sealed class Starting : ChildState;

    public sealed class Up(ChildChannel channel) : ChildState
    {
        private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ChildChannel Channel => channel;

        /// <summary>Completes when it is to be ended because nobody uses it.</summary>
        public Task Rest => _rest.Task;

        /// <summary>Ends it, unless somebody uses it.</summary>
        public bool TryRest()
        {
            if (!channel.Use.TryClose()) return false;
            _rest.TrySetResult();
            return true;
        }
    }

    /// <param name="failed">What whoever asks is told.</param>
    public sealed class Down(ChildOpening.Failed failed) : ChildState
    {
        public ChildOpening.Failed Failed => failed;
    }

    /// <summary>Never again.</summary>
    public sealed class Over : ChildState;
}
