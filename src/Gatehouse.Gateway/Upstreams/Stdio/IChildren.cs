namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>The children of one server.</summary>
internal interface IChildren
{
    /// <summary>Looks after them until <paramref name="stopping"/> is cancelled; then all have ended.</summary>
    Task RunAsync(CancellationToken stopping);

    /// <summary>The child that this request goes to, started if it has to be.</summary>
    Task<ChildReach> ReachAsync(UpstreamRequest request, CancellationToken cancellationToken);

    /// <summary>The child that a message goes to which is no request, if it runs: none is started only to hear of something.</summary>
    ChildReach.Reached? TryReach(UpstreamRequest request);

    /// <summary>A legacy session has ended.</summary>
    /// <param name="session">Its key.</param>
    void Forget(string session);
}

/// <summary>A child that answers, or why there is none.</summary>
internal abstract record ChildReach
{
    /// <summary>Whoever got it leaves its <see cref="ChildChannel.Use"/> when done.</summary>
    public sealed record Reached(ChildChannel Channel, IConversation Conversation) : ChildReach;

    public sealed record Unreached(UpstreamFailure Failure, string Reason) : ChildReach
    {
        public static Unreached WrongEra(Protocol.Era era) => new(
            UpstreamFailure.EraNotSupported, era == Protocol.Era.Modern ? "it speaks only revisions up to 2025-11-25" : "it speaks only revisions from 2026-07-28 on");
    }
}
