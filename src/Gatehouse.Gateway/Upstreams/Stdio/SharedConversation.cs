using System.Text.Json;
using System.Threading.Channels;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// A child that several legacy sessions share, so that its session is the gateway's own: it is greeted in the gateway's name
/// without capabilities, and of what it says unasked each session hears only what it has subscribed to.
/// </summary>
/// <param name="server">The configured name.</param>
/// <param name="changes">Learns of changed lists.</param>
/// <param name="sessions">The legacy sessions' streams.</param>
internal sealed class SharedConversation(string server, ListChanges changes, ISessionMessages sessions) : IConversation
{
    private readonly ResourceSubscriptions _subscriptions = new();

    // What the child was told last must be what was decided last; a child is asked to subscribe seldom enough to wait for that.
    private readonly Channel<bool> _turn = OneTurn();
    private bool _hasBegun;

    public bool AwaitsNews => _subscriptions.Any;

    public byte[] Initialize(long id) => OwnMessages.Initialize(id, ProtocolVersions.NewestLegacy);

    public void Begin(ChildChannel channel, ChildOpening.Opened opened)
    {
        if (opened.Era == Era.Modern)
        {
            Listen(channel, opened);
        }
        else
        {
            channel.Tell(OwnMessages.Initialized.Span);
            foreach (var resource in _subscriptions.Resources) channel.Tell(OwnMessages.Subscription(channel.NextNumber(), McpMethods.Subscribe, resource));
        }

        // Nobody could tell what changed while it was not there.
        if (_hasBegun)
        {
            foreach (var list in Enum.GetValues<ChangedList>()) changes.Publish(new ListChange(server, list));
        }

        _hasBegun = true;
    }

    public async Task<UpstreamResult> SendAsync(ChildChannel channel, UpstreamRequest request, CancellationToken cancellationToken)
    {
        var message = request.Message!;

        // What a client may announce concerns its own session alone, which the child knows nothing of; a call is cancelled by its token.
        if (message.Kind is not MessageKind.Request) return StdioAnswer.Nothing(202);
        if (request.Era == Era.Modern) return await channel.SendAsync(message, Era.Modern, carries: false, cancellationToken);
        return message.Method switch
        {
            // One client's level would be everybody's.
            McpMethods.SetLogLevel => StdioAnswer.MethodNotFound(message, "The program is shared, so nobody sets its log level"),
            McpMethods.Subscribe or McpMethods.Unsubscribe when request.Session is SessionBinding.Managed session && message.UriValue is { } resource =>
                await SubscribeAsync(channel, message, session.Key, resource, cancellationToken),
            _ => await channel.SendAsync(message, Era.Legacy, carries: false, cancellationToken),
        };
    }

    public void Receive(ChildChannel channel, in ServerMessage message, ReadOnlySpan<byte> line)
    {
        if (message.Kind == MessageKind.Request) channel.Refuse(message.Id!.Value.Of(line));
        else if (ListOf(message.Topic) is { } list) changes.Publish(new ListChange(server, list));
        else if (message is { Topic: ServerTopic.ResourceUpdated, About.Uri: { } uri } && TextOf(uri.Of(line)) is { } resource) Deliver(channel, resource, line);
    }

    public void Forget(string session, ChildChannel? channel)
    {
        foreach (var resource in _subscriptions.Remove(session)) channel?.Tell(OwnMessages.Subscription(channel.NextNumber(), McpMethods.Unsubscribe, resource));
    }

    /// <summary>Which list such a notification is about.</summary>
    public static ChangedList? ListOf(ServerTopic topic) => topic switch
    {
        ServerTopic.ToolsListChanged => ChangedList.Tools,
        ServerTopic.PromptsListChanged => ChangedList.Prompts,
        ServerTopic.ResourcesListChanged => ChangedList.Resources,
        _ => null,
    };

    private static Channel<bool> OneTurn()
    {
        var turn = Channel.CreateBounded<bool>(1);
        turn.Writer.TryWrite(true);
        return turn;
    }

    private static void Listen(ChildChannel channel, ChildOpening.Opened opened)
    {
        const UpstreamFeatures Lists = UpstreamFeatures.ToolsListChanged | UpstreamFeatures.PromptsListChanged | UpstreamFeatures.ResourcesListChanged;
        if ((opened.Welcome.Features & Lists) is var lists and not UpstreamFeatures.None) channel.Tell(OwnMessages.Listen(channel.NextNumber(), opened.Version, lists));
    }

    private async Task<UpstreamResult> SubscribeAsync(ChildChannel channel, Envelope message, string session, string resource, CancellationToken cancellationToken)
    {
        var turn = await _turn.Reader.ReadAsync(cancellationToken);
        try
        {
            if (message.Method is McpMethods.Unsubscribe)
                return _subscriptions.Remove(session, resource) ? await channel.SendAsync(message, Era.Legacy, carries: false, cancellationToken) : StdioAnswer.Empty(message);

            if (!_subscriptions.HasRoom(session)) return StdioAnswer.Error(message, JsonRpcCode.InvalidParams, "Too many subscriptions: end some first");
            if (_subscriptions.IsKnown(resource))
            {
                _subscriptions.Add(session, resource);
                return StdioAnswer.Empty(message);
            }

            var result = await channel.SendAsync(message, Era.Legacy, carries: false, cancellationToken);
            if (StdioAnswer.IsSuccess(result)) _subscriptions.Add(session, resource);
            return result;
        }
        finally
        {
            _turn.Writer.TryWrite(turn);
        }
    }

    private void Deliver(ChildChannel channel, string resource, ReadOnlySpan<byte> line)
    {
        foreach (var session in _subscriptions.SessionsOf(resource))
        {
            if (!sessions.TryDeliver(session, server, line)) Forget(session, channel);
        }
    }

    private static string? TextOf(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return reader.Read() ? reader.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: no client could have subscribed to that.
            return null;
        }
    }
}
