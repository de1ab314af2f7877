using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// A child of one legacy session: it is greeted with its client's own words, and whatever the two have to say to each other
/// passes as it is.
/// </summary>
/// <param name="server">The configured name.</param>
/// <param name="client">The session, and what its client said of itself.</param>
/// <param name="changes">Learns of changed lists.</param>
/// <param name="requests">The legacy sessions' streams, and the ids that requests have there.</param>
internal sealed class SessionConversation(string server, SessionBinding.Managed client, ListChanges changes, ISessionRequests requests) : IConversation
{
    private readonly ResourceSubscriptions _subscriptions = new();
    private ReadOnlyMemory<byte> _welcome;
    private int _isInitialized;
    private bool _hasBegun;

    public bool AwaitsNews => _subscriptions.Any;

    public byte[] Initialize(long id) => OwnMessages.Initialize(id, client);

    public void Begin(ChildChannel channel, ChildOpening.Opened opened)
    {
        _welcome = opened.Welcome.Result;

        // The client says so once, and has: to the program that was there before.
        if (_hasBegun) channel.Tell(OwnMessages.Initialized.Span);
        _hasBegun = true;
        foreach (var resource in _subscriptions.Resources) channel.Tell(OwnMessages.Subscription(channel.NextNumber(), McpMethods.Subscribe, resource));
    }

    public async Task<UpstreamResult> SendAsync(ChildChannel channel, UpstreamRequest request, CancellationToken cancellationToken)
    {
        var message = request.Message!;
        if (message.Kind is MessageKind.Request) return await AskAsync(channel, request, message, cancellationToken);

        // A call is cancelled by its token, under the number that the child knows it by.
        if (message.Method is McpMethods.Cancelled) return StdioAnswer.Nothing(202);
        if (message.Method is not McpMethods.Initialized) SayInitialized(channel);
        else if (Interlocked.Exchange(ref _isInitialized, 1) != 0) return StdioAnswer.Nothing(202);
        await channel.TellAsync(message.Body, cancellationToken);
        return StdioAnswer.Nothing(202);
    }

    public void Receive(ChildChannel channel, in ServerMessage message, ReadOnlySpan<byte> line)
    {
        channel.Use.Touch();
        if (SharedConversation.ListOf(message.Topic) is { } list) changes.Publish(new ListChange(server, list, client.Key));
        var session = new ServerSession(client.Key, server, UpstreamSessionId: null, ProtocolVersion: null);
        var shown = message.Kind == MessageKind.Request ? requests.Address(session, line, message.Id!.Value) : line;
        if (channel.TryCarry(shown) || requests.TryDeliver(session, line)) return;
        if (message.Kind == MessageKind.Request) channel.Refuse(message.Id!.Value.Of(line));
    }

    public void Forget(string session, ChildChannel? channel) => _subscriptions.Remove(session);

    private async Task<UpstreamResult> AskAsync(ChildChannel channel, UpstreamRequest request, Envelope message, CancellationToken cancellationToken)
    {
        if (message.Method is McpMethods.Initialize) return StdioAnswer.Result(message, _welcome);
        SayInitialized(channel);
        if (message is { Method: McpMethods.Subscribe, UriValue: { } wanted } && !_subscriptions.HasRoom(client.Key))
            return StdioAnswer.Error(message, JsonRpcCode.InvalidParams, $"No more than {ResourceSubscriptions.MostOfOneSession} subscriptions: end {wanted} or another first");
        var result = await channel.SendAsync(message, Era.Legacy, request.RelaysRequests, cancellationToken);
        if (message is { Method: McpMethods.Subscribe, UriValue: { } begun } && StdioAnswer.IsSuccess(result)) _subscriptions.Add(client.Key, begun);
        else if (message is { Method: McpMethods.Unsubscribe, UriValue: { } ended }) _subscriptions.Remove(client.Key, ended);
        return result;
    }

    /// <summary>A client that reached this server only now, through <c>/mcp</c>, has said it to the gateway long ago.</summary>
    private void SayInitialized(ChildChannel channel)
    {
        if (Interlocked.Exchange(ref _isInitialized, 1) == 0) channel.Tell(OwnMessages.Initialized.Span);
    }
}
