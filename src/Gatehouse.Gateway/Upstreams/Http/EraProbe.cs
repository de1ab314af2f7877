using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// Which era a server speaks. It is asked in the modern era first, and in the legacy one only if it did not understand
/// (2026-07-28, "Versioning"): no single status or code decides, for servers differ in how they fail to understand.
/// </summary>
/// <param name="endpoint">The server.</param>
/// <param name="sse">Asks over the older HTTP+SSE transport.</param>
/// <param name="isSse">Whether that is the only one to try.</param>
/// <param name="close">Ends the session that asking has opened.</param>
/// <param name="patience">How long one answer may take.</param>
/// <param name="time">The clock.</param>
internal sealed class EraProbe(HttpEndpoint endpoint, Func<CancellationToken, Task<EraProbe.Finding>> sse, bool isSse, Action<ManagedSession> close, TimeSpan patience, TimeProvider time)
{
    /// <summary>What was found, or why nothing was.</summary>
    public sealed record Finding(UpstreamStatus? Known, string? Identity, UpstreamResult.Failed? Failed);

    /// <summary>A legacy session, or why there is none: <see cref="UpstreamFailure.EraNotSupported"/> if the server understood and refused.</summary>
    public sealed record Initialization(ManagedSession? Session, Greeting.Welcome? Welcome, UpstreamResult.Failed? Failed);

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        if (isSse) return await sse(cancellationToken);
        var version = ProtocolVersions.Modern;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (answer, silence) = await HandshakePost.SendAsync(
                endpoint, OwnMessages.Discover(1, version), caller: null, http => EraHeaders.AddModern(http, version, McpMethods.Discover), patience, time, cancellationToken);
            if (answer is null) return Nothing(UpstreamFailure.Unreachable, silence!);
            if (answer.CredentialRefused) return Nothing(UpstreamFailure.CredentialRefused, Refused(answer));
            if (answer.Greeting is Greeting.Welcome { SupportedVersions.Count: > 0 } welcome) return Modern(welcome);

            // Not there, or a proxy before it says so: that is no word about eras.
            if (answer.IsAbsence) return Nothing(UpstreamFailure.Unreachable, $"it answered {answer.StatusText}");
            if (ModernVersions.Offered(answer.Greeting) is not { } offered) break;
            version = offered;
        }

        // 400, 404 or 405 to both may mean that messages go elsewhere (2025-11-25, "Backwards compatibility" of the transports).
        var legacy = await LegacyAsync(cancellationToken);
        return legacy.Failed is { Failure: UpstreamFailure.EraNotSupported } && await sse(cancellationToken) is { Known: not null } found ? found : legacy;
    }

    /// <summary>Asks <c>initialize</c>, and ends the session at once that this opened.</summary>
    public async Task<Finding> LegacyAsync(CancellationToken cancellationToken)
    {
        var (session, welcome, failed) = await InitializeAsync(cancellationToken);
        if (session is null) return new Finding(null, null, failed);
        close(session);
        var known = new UpstreamStatus
        {
            State = UpstreamState.Up,
            SpeaksModern = false,
            SpeaksLegacy = true,
            InitializeResult = welcome!.Result,
            Features = welcome.Features,
        };
        return new Finding(known, welcome.Identity, null);
    }

    /// <summary>Opens the legacy session of one client, with what that client said of itself.</summary>
    public Task<Initialization> InitializeAsync(ManagedSessions.Owner owner, CancellationToken cancellationToken) =>
        InitializeAsync(owner.Caller, OwnMessages.Initialize(1, owner.Client), cancellationToken);

    /// <summary>Opens one for the gateway itself.</summary>
    public Task<Initialization> InitializeAsync(CancellationToken cancellationToken) =>
        InitializeAsync(caller: null, OwnMessages.Initialize(1, ProtocolVersions.NewestLegacy), cancellationToken);

    private async Task<Initialization> InitializeAsync(Caller? caller, byte[] initialize, CancellationToken cancellationToken)
    {
        var (answer, silence) = await HandshakePost.SendAsync(
            endpoint, initialize, caller, static _ => { }, patience, time, cancellationToken);
        if (answer is null) return NotOpened(UpstreamFailure.Unreachable, silence!);
        if (answer.CredentialRefused) return NotOpened(UpstreamFailure.CredentialRefused, Refused(answer));
        if (answer.Greeting is not Greeting.Welcome { ProtocolVersion: { } agreed } welcome)
            return NotOpened(answer.IsRefusal ? UpstreamFailure.EraNotSupported : UpstreamFailure.Unreachable, $"it answered {answer.StatusText} to initialize, without an MCP result");
        var session = new ManagedSession(answer.SessionId, agreed);
        var (_, unheard) = await HandshakePost.SendAsync(
            endpoint, OwnMessages.Initialized, caller, http => EraHeaders.AddManaged(http, session), patience, time, cancellationToken);
        return unheard is null ? new Initialization(session, welcome, null) : NotOpened(UpstreamFailure.Unreachable, unheard);
    }

    private static Finding Modern(Greeting.Welcome welcome)
    {
        var known = new UpstreamStatus { State = UpstreamState.Up, SpeaksModern = true, DiscoverResult = welcome.Result, Features = welcome.Features };
        return new Finding(known, welcome.Identity, null);
    }

    private static Finding Nothing(UpstreamFailure failure, string reason) => new(null, null, new UpstreamResult.Failed(failure, reason));

    private static Initialization NotOpened(UpstreamFailure failure, string reason) => new(null, null, new UpstreamResult.Failed(failure, reason));

    private static string Refused(HandshakeAnswer answer) => $"it refused the gateway's credential ({answer.StatusText})";
}
