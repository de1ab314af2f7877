using System.Globalization;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>How the first words with a child went.</summary>
internal abstract record ChildOpening
{
    /// <summary>Some legacy servers stay silent on what they do not know (2026-07-28, "Versioning").</summary>
    private static readonly TimeSpan _discoverPatience = TimeSpan.FromSeconds(5);

    /// <param name="Era">The one that the child has settled on.</param>
    /// <param name="Version">The revision to speak.</param>
    /// <param name="Welcome">What it said of itself.</param>
    public sealed record Opened(Era Era, string Version, Greeting.Welcome Welcome) : ChildOpening;

    /// <param name="Reason">What happened.</param>
    /// <param name="WrongEra">It answered, and it never will speak that era.</param>
    public sealed record Failed(string Reason, bool WrongEra = false) : ChildOpening;

    /// <param name="channel">The child's channel; it must be running.</param>
    /// <param name="conversation">How it is greeted in the legacy era.</param>
    /// <param name="legacyOnly">Whether only the legacy era will do. Else the modern one is tried first.</param>
    /// <param name="patience">How long <c>initialize</c> may take: a first start may have to download its program.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the trying.</param>
    public static async Task<ChildOpening> TryAsync(
        ChildChannel channel, IConversation conversation, bool legacyOnly, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!legacyOnly && await DiscoverAsync(channel, time, cancellationToken) is { } discovered) return discovered;
        var (greeting, trouble) = await AskAsync(channel, conversation.Initialize(channel.NextNumber()), Era.Legacy, patience, time, cancellationToken);
        switch (greeting)
        {
            case Greeting.Welcome { ProtocolVersion: not null } welcome:
                return new Opened(Era.Legacy, welcome.ProtocolVersion, welcome);
            case Greeting.Refusal refusal:
                return new Failed(string.Create(CultureInfo.InvariantCulture, $"it refused initialize with error {refusal.Code}"), WrongEra: refusal.IsModern || refusal.Code == JsonRpcCode.MethodNotFound);
            case null:
                return new Failed(trouble ?? string.Create(CultureInfo.InvariantCulture, $"it did not answer initialize within {patience.TotalSeconds:0.#} s"));
            default:
                return new Failed("its answer to initialize is none");
        }
    }

    private static async Task<ChildOpening?> DiscoverAsync(ChildChannel channel, TimeProvider time, CancellationToken cancellationToken)
    {
        var version = ProtocolVersions.Modern;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (greeting, trouble) = await AskAsync(channel, OwnMessages.Discover(channel.NextNumber(), version), Era.Modern, _discoverPatience, time, cancellationToken);
            if (trouble is not null) return new Failed(trouble);
            if (greeting is Greeting.Welcome { SupportedVersions.Count: > 0 } welcome) return new Opened(Era.Modern, version, welcome);
            if (ModernVersions.Offered(greeting) is not { } offered) return null;
            version = offered;
        }

        return null;
    }

    /// <returns>Neither greeting nor trouble: it stayed silent.</returns>
    private static async Task<(Greeting? Greeting, string? Trouble)> AskAsync(
        ChildChannel channel, byte[] question, Era era, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!EnvelopeScanner.TryScan(question, out var message, out var fault)) throw new InvalidOperationException(fault.Message);
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            switch (await channel.SendAsync(message, era, carries: false, either.Token))
            {
                case UpstreamResult.Answered { Content: UpstreamContent.Json, Body: MemoryStream answer }:
                    return (Greeting.Read(answer.ToArray()), null);
                case UpstreamResult.Failed failed:
                    return (null, failed.Reason);
                default:
                    return (new Greeting.Nonsense(), null);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, null);
        }
    }
}
