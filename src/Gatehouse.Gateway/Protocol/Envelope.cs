namespace Gatehouse.Gateway.Protocol;

internal enum MessageKind
{
    Request,
    Notification,
    Response,
}

/// <summary>
/// What routing needs of one JSON-RPC message: a single forward pass found it, and the bytes stay as they came.
/// Ranges point into <see cref="Body"/> and cover the raw token, quotes included.
/// </summary>
internal sealed record Envelope
{
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required MessageKind Kind { get; init; }

    /// <summary>The method, unescaped; null for a response.</summary>
    public string? Method { get; init; }

    /// <summary>The raw id: a string or an integer. Null for a notification.</summary>
    public ByteRange? Id { get; init; }

    public ByteRange? Params { get; init; }

    /// <summary><c>params.name</c>, and its unescaped value.</summary>
    public ByteRange? Name { get; init; }

    public string? NameValue { get; init; }

    /// <summary><c>params.uri</c>, and its unescaped value.</summary>
    public ByteRange? Uri { get; init; }

    public string? UriValue { get; init; }

    /// <summary><c>params.taskId</c>, and its unescaped value: what the tasks extension names in <c>Mcp-Name</c>.</summary>
    public ByteRange? TaskId { get; init; }

    public string? TaskIdValue { get; init; }

    /// <summary><c>params.ref.type</c> of <c>completion/complete</c>, unescaped.</summary>
    public string? RefType { get; init; }

    /// <summary><c>params.ref.name</c>, and its unescaped value.</summary>
    public ByteRange? RefName { get; init; }

    public string? RefNameValue { get; init; }

    /// <summary><c>params.ref.uri</c>, unescaped.</summary>
    public string? RefUriValue { get; init; }

    /// <summary><c>params.requestId</c> of <c>notifications/cancelled</c>: a string or an integer.</summary>
    public ByteRange? CancelledId { get; init; }

    /// <summary><c>params.protocolVersion</c> of <c>initialize</c>, unescaped.</summary>
    public string? RequestedVersion { get; init; }

    /// <summary><c>params.arguments</c>.</summary>
    public ByteRange? Arguments { get; init; }

    /// <summary>Whether <c>params.cursor</c> asks for a page after the first.</summary>
    public bool HasCursor { get; init; }

    /// <summary><c>params._meta</c>.</summary>
    public ByteRange? Meta { get; init; }

    /// <summary><c>params._meta.progressToken</c>: a string or an integer.</summary>
    public ByteRange? ProgressToken { get; init; }

    /// <summary><c>params._meta["io.modelcontextprotocol/protocolVersion"]</c>, unescaped. Its presence marks the modern era.</summary>
    public string? MetaProtocolVersion { get; init; }

    /// <summary><c>params._meta["io.modelcontextprotocol/clientCapabilities"]</c>, if it is an object.</summary>
    public ByteRange? MetaClientCapabilities { get; init; }

    public bool HasMetaClientCapabilities => MetaClientCapabilities is not null;

    /// <summary>Whether those declare the tasks extension.</summary>
    public bool DeclaresTasks { get; init; }

    /// <summary>For a response: whether it carries <c>error</c> rather than <c>result</c>.</summary>
    public bool IsError { get; init; }
}
