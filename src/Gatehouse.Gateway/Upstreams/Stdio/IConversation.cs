namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>What passes between clients and a child besides plain calls: it differs with who shares the child. Outlives the child.</summary>
internal interface IConversation
{
    /// <summary>Whether the child must run although nobody asks it anything: it has been asked to tell of something.</summary>
    bool AwaitsNews { get; }

    /// <summary>How the child is greeted in the legacy era.</summary>
    /// <param name="id">The request's id.</param>
    byte[] Initialize(long id);

    /// <summary>The child is up, or up again.</summary>
    void Begin(ChildChannel channel, ChildOpening.Opened opened);

    /// <summary>A client's message. The channel stays in use meanwhile.</summary>
    Task<UpstreamResult> SendAsync(ChildChannel channel, UpstreamRequest request, CancellationToken cancellationToken);

    /// <summary>A request or notification of the child's that belongs to no call by its own words. Called on the loop that reads: it must not wait.</summary>
    void Receive(ChildChannel channel, in ServerMessage message, ReadOnlySpan<byte> line);

    /// <summary>A legacy session has ended.</summary>
    /// <param name="session">Its key.</param>
    /// <param name="channel">The child, if it runs.</param>
    void Forget(string session, ChildChannel? channel);
}
