using System.Buffers.Binary;
using System.Security.Cryptography;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>Everything of a client's request for lists that an upstream may get to see, read once for all upstreams.</summary>
internal sealed class ListAsker
{
    private readonly Exchange _exchange;
    private readonly SessionBinding _session;

    public ListAsker(Exchange exchange, SessionBinding session)
    {
        (_exchange, _session) = (exchange, session);
        var managed = session as SessionBinding.Managed;
        Capabilities = exchange.Message.MetaClientCapabilities is { } range ? range.Of(exchange.Message.Body) : managed?.Capabilities ?? default;
        Version = exchange.Message.MetaProtocolVersion ?? managed?.ProtocolVersion ?? ProtocolVersions.Unstated;
        Fingerprint = Capabilities.IsEmpty ? default : FingerprintOf(Capabilities.Span);
    }

    public Caller Caller => _exchange.Caller;

    public Era Era => _exchange.Era;

    /// <summary>The revision that the client speaks.</summary>
    public string Version { get; }

    /// <summary>The JSON of the capabilities that the client declared; empty: none.</summary>
    public ReadOnlyMemory<byte> Capabilities { get; }

    /// <summary>Tells capabilities apart. A client chooses them, so nothing weaker than SHA-256 will do: two that were taken for one would share lists.</summary>
    public (UInt128 High, UInt128 Low) Fingerprint { get; }

    /// <summary>The question as the client's own: in its session, with all that its <c>_meta</c> says.</summary>
    public ListQuestion InItsName(IUpstream upstream, ListKind kind) => new()
    {
        Upstream = upstream,
        Kind = kind,
        Caller = Caller,
        Era = Era,
        Session = _session,
        Meta = Era == Era.Modern && _exchange.Message.Meta is { } meta ? meta.Of(_exchange.Message.Body) : default,
        Headers = PassedHeaders.Of(_exchange.Http.Request.Headers),
    };

    /// <summary>
    /// The question as the gateway's own, whose answer is kept for others: only what the key names goes out. In the legacy era
    /// it needs a session of its own, since no client's may end before the answer does.
    /// </summary>
    public ListQuestion InOurName(IUpstream upstream, ListKind kind, string sessionKey)
    {
        // The client's message is not held on to: capabilities are small, and messages need not be.
        var capabilities = Capabilities.ToArray();
        return new ListQuestion
        {
            Upstream = upstream,
            Kind = kind,
            Caller = Caller,
            Era = Era,
            Session = Era == Era.Modern ? SessionBinding.None.Instance : new SessionBinding.Managed(sessionKey, Version) { Capabilities = capabilities },
            Meta = Era == Era.Modern ? OwnMessages.Meta(Version, capabilities) : default(ReadOnlyMemory<byte>),
        };
    }

    private static (UInt128 High, UInt128 Low) FingerprintOf(ReadOnlySpan<byte> capabilities)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(capabilities, hash);
        return (BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
