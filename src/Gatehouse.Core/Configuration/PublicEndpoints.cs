namespace Gatehouse.Core.Configuration;

/// <summary>The URLs that both halves must agree on, made from <see cref="GatehouseSettings.PublicUrl"/> alone.</summary>
public sealed class PublicEndpoints(Uri publicUrl)
{
    private readonly string _root = publicUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>The public URL's scheme, host and port, without a trailing slash.</summary>
    public string Root => _root;

    /// <summary>The issuer (RFC 8414): has a path, because clients disagree about a root issuer's trailing slash.</summary>
    public string Issuer => $"{_root}/oauth";

    /// <summary>The resource (RFC 8707) and audience of one MCP endpoint: <c>/mcp</c>, or <c>/mcp/{server}</c>.</summary>
    public string Resource(string? server) => server is null ? $"{_root}/mcp" : $"{_root}/mcp/{server}";

    /// <summary>The protected-resource metadata (RFC 9728 section 3.1) of one MCP endpoint.</summary>
    public string ResourceMetadata(string? server) => server is null
        ? $"{_root}/.well-known/oauth-protected-resource/mcp"
        : $"{_root}/.well-known/oauth-protected-resource/mcp/{server}";
}
