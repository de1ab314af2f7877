namespace Gatehouse.Gateway.Upstreams;

/// <summary>What became of a message.</summary>
internal abstract record UpstreamResult
{
    /// <summary>The upstream answers. Dispose it: that frees the connection, or tells the upstream to stop if it has not ended.</summary>
    /// <param name="Status">The HTTP status: the upstream's own, or what 2I of the matrix gives for stdio.</param>
    /// <param name="Content">What <paramref name="Body"/> is.</param>
    /// <param name="Body">The bytes as they come.</param>
    /// <param name="SessionId">The session id that the upstream assigned, on the answer to <c>initialize</c>.</param>
    /// <param name="Length">How many bytes it has, where that is known beforehand.</param>
    public sealed record Answered(int Status, UpstreamContent Content, Stream Body, string? SessionId = null, long? Length = null)
        : UpstreamResult, IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Body.DisposeAsync();
    }

    /// <summary>No answer; nothing of one was received.</summary>
    public sealed record Failed(UpstreamFailure Failure, string Reason) : UpstreamResult;
}

internal enum UpstreamContent
{
    /// <summary>No body: 202, 204, 405.</summary>
    None,

    /// <summary>One JSON-RPC message.</summary>
    Json,

    /// <summary>Server-sent events, each a JSON-RPC message.</summary>
    EventStream,
}

internal enum UpstreamFailure
{
    /// <summary>Not up, connection refused, broken off, not an MCP answer.</summary>
    Unreachable,

    /// <summary>It refused the gateway's own credential (401, 403). Never relayed as ours.</summary>
    CredentialRefused,

    /// <summary>It does not speak the client's era.</summary>
    EraNotSupported,
}
