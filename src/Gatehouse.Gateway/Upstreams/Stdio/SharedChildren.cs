using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// One child for everybody, kept up. Servers of both eras settle on one of them per connection, so where the child speaks the
/// modern era and a legacy client comes, a second child is started for the legacy era, once.
/// </summary>
/// <param name="main">The child that is asked which era it speaks.</param>
/// <param name="legacy">The second one.</param>
/// <param name="greetings">Where they are on the board.</param>
internal sealed class SharedChildren(SupervisedChild main, SupervisedChild legacy, ChildGreetings greetings) : IChildren
{
    public Task RunAsync(CancellationToken stopping)
    {
        main.Want();
        return Task.WhenAll(
            main.RunAsync(greetings.Up, greetings.Down, stopping),
            legacy.RunAsync(greetings.LegacyUp, greetings.LegacyDown, stopping));
    }

    public async Task<ChildReach> ReachAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        var speaksModern = greetings.Status.SpeaksModern;
        if (request.Era == Era.Modern && speaksModern == false) return ChildReach.Unreached.WrongEra(Era.Modern);
        var child = request.Era == Era.Legacy && speaksModern == true ? legacy : main;
        var (channel, failed) = await child.ReachAsync(cancellationToken);
        if (channel is not null) return new ChildReach.Reached(channel, child.Conversation);
        if (failed is { WrongEra: true } && child == legacy) return ChildReach.Unreached.WrongEra(Era.Legacy);
        return new ChildReach.Unreached(UpstreamFailure.Unreachable, failed?.Reason ?? "the gateway is stopping");
    }

    /// <summary>The children's session is the gateway's: what a client announces or answers does not concern them.</summary>
    public ChildReach.Reached? TryReach(UpstreamRequest request) => null;

    public void Forget(string session)
    {
        main.Conversation.Forget(session, main.Channel);
        legacy.Conversation.Forget(session, legacy.Channel);
    }
}
