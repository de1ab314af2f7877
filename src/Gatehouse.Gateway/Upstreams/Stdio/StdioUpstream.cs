using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// An MCP server that is a program: one child for everybody. Servers of both eras settle on one of them per connection, so
/// where the child speaks the modern era and a legacy client comes, a second child is started for the legacy era, once.
/// </summary>
internal sealed class StdioUpstream : ISupervisedUpstream
{
    private readonly StatusBoard _board;
    private readonly SupervisedChild _main;
    private readonly SupervisedChild _legacy;
    private readonly TaskCompletionSource _legacyWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _legacySettled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _legacyTrouble;

    public StdioUpstream(string name, ServerSettings settings, StatusBoard board, ChildLog log, TimeProvider time)
    {
        Name = name;
        _board = board;
        _main = new SupervisedChild(settings, legacyOnly: false, log, time);
        _legacy = new SupervisedChild(settings, legacyOnly: true, log, time);
    }

    public string Name { get; }

    public UpstreamStatus Status => _board.Current;

    public Task SettledAsync(CancellationToken cancellationToken) => _board.SettledAsync(cancellationToken);

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_main.RunAsync(Up, failed => _board.Down(failed.Reason), stopping), RunLegacyAsync(stopping));

    public async Task<UpstreamResult> SendAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        await SettledAsync(cancellationToken);
        if (request.Message is not { } message) return Nothing(405);
        var (channel, failed) = await ChannelAsync(request.Era, cancellationToken);
        if (channel is null) return failed!;

        // The child's session is the gateway's: what a client may announce does not concern the child, and a call is cancelled by its token.
        if (message.Kind is not MessageKind.Request) return Nothing(202);

        // Said once per child, by the gateway: a second one would disturb everybody's channel.
        if (message.Method is McpMethods.Initialize)
        {
            var answer = OwnMessages.Result(message.Id!.Value.Of(message.Body), Status.InitializeResult);
            return new UpstreamResult.Answered(200, UpstreamContent.Json, new MemoryStream(answer, writable: false));
        }

        return await channel.SendAsync(message, request.Era, cancellationToken);
    }

    private async Task<(ChildChannel? Channel, UpstreamResult.Failed? Failed)> ChannelAsync(Era era, CancellationToken cancellationToken)
    {
        var status = Status;
        if (era == Era.Modern)
        {
            return status.SpeaksModern == false
                ? (null, new UpstreamResult.Failed(UpstreamFailure.EraNotSupported, "it speaks only revisions up to 2025-11-25"))
                : (_main.Channel, Unreachable(status.Reason));
        }

        if (status.SpeaksModern != true) return (_main.Channel, Unreachable(status.Reason));
        _legacyWanted.TrySetResult();
        await _legacySettled.Task.WaitAsync(cancellationToken);
        return Status.SpeaksLegacy == false
            ? (null, new UpstreamResult.Failed(UpstreamFailure.EraNotSupported, "it speaks only revisions from 2026-07-28 on"))
            : (_legacy.Channel, Unreachable(_legacyTrouble));
    }

    private void Up(ChildOpening.Opened opened)
    {
        var known = Status;
        _board.Up(
            opened.Era == Era.Modern
                ? known with { SpeaksModern = true, DiscoverResult = opened.Welcome.Result, Features = opened.Welcome.Features }
                : known with { SpeaksModern = false, SpeaksLegacy = true, InitializeResult = opened.Welcome.Result, DiscoverResult = default, Features = opened.Welcome.Features },
            opened.Welcome.Identity);
    }

    private async Task RunLegacyAsync(CancellationToken stopping)
    {
        await _legacyWanted.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested) return;
        await _legacy.RunAsync(
            opened =>
            {
                _legacyTrouble = null;
                _board.Learn(status => status with { SpeaksLegacy = true, InitializeResult = opened.Welcome.Result });
                _legacySettled.TrySetResult();
            },
            failed =>
            {
                _legacyTrouble = failed.Reason;
                if (failed.WrongEra) _board.Learn(status => status with { SpeaksLegacy = false });
                _legacySettled.TrySetResult();
            },
            stopping);
    }

    private static UpstreamResult.Answered Nothing(int status) => new(status, UpstreamContent.None, Stream.Null);

    private static UpstreamResult.Failed Unreachable(string? reason) => new(UpstreamFailure.Unreachable, reason ?? "its program is being started");
}
