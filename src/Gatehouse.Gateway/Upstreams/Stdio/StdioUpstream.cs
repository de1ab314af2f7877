using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>An MCP server that is a program: one child for everybody, or one for each user or session.</summary>
internal sealed class StdioUpstream : ISupervisedUpstream
{
    private const long ShortestBound = 32 * 1024 * 1024;

    private readonly StatusBoard _board;
    private readonly IChildren _children;

    public StdioUpstream(string name, ServerSettings settings, int longestAnswer, StatusBoard board, ListChanges changes, ISessionMessages sessions, ISessionRequests requests, ChildLog log, TimeProvider time)
    {
        // What is too long for an answer is refused where it is read, with its reason; what is too long for a line is only noise.
        var longestLine = Math.Max(ShortestBound, longestAnswer + (1024L * 1024));
        Name = name;
        _board = board;
        var isOne = settings is { Pool: StdioPool.Shared, IdleTimeout: null };
        var greetings = new ChildGreetings(board, areHeard: isOne);
        _children = isOne
            ? new SharedChildren(Shared(legacyOnly: false), Shared(legacyOnly: true), greetings)
            : new ChildPool(name, settings, longestLine, greetings, changes, sessions, requests, log, time);

        SupervisedChild Shared(bool legacyOnly) => new(new ChildTerms(settings, legacyOnly, longestLine, new SharedConversation(name, changes, sessions)), log, time);
    }

    public string Name { get; }

    public UpstreamStatus Status => _board.Current;

    public Task SettledAsync(CancellationToken cancellationToken) => _board.SettledAsync(cancellationToken);

    public Task RunAsync(CancellationToken stopping) => _children.RunAsync(stopping);

    public async Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        if (request.Message is null) return End(request);
        var reach = request.Message.Kind == MessageKind.Request ? await _children.ReachAsync(request, cancellationToken) : _children.TryReach(request);
        if (reach is null) return StdioAnswer.Nothing(202);
        if (reach is ChildReach.Unreached unreached) return new UpstreamResult.Failed(unreached.Failure, unreached.Reason);
        var (channel, conversation) = (ChildReach.Reached)reach;
        try
        {
            return await conversation.SendAsync(channel, request, cancellationToken);
        }
        finally
        {
            channel.Use.Leave();
        }
    }

    public void EndSession(string sessionKey) => _children.Forget(sessionKey);

    /// <summary>DELETE ends a session here as well; there is no stream to GET, since what a child says unasked goes to the session's own.</summary>
    private UpstreamResult End(UpstreamRequest request)
    {
        if (request is not { HttpMethod: "DELETE", Session: SessionBinding.Managed session }) return StdioAnswer.Nothing(405);
        _children.Forget(session.Key);
        return StdioAnswer.Nothing(204);
    }
}
