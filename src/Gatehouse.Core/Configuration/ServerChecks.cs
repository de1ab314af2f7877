using System.Buffers;

namespace Gatehouse.Core.Configuration;

/// <summary>What must hold for each server.</summary>
internal static class ServerChecks
{
    private static readonly SearchValues<char> _nameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> _tokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Headers that the gateway writes itself, or that belong to the connection.</summary>
    private static readonly HashSet<string> _ownHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Accept", "TE", "Upgrade", "Last-Event-ID",
    };

    public static IEnumerable<Action<GatehouseSettings, SettingsFindings>> All { get; } = [Names, PerServer(Transport), PerServer(Timeout), PerServer(Pool), PerServer(Switches), PerServer(Headers), PerServer(Environment), PerServer(ForwardUser), Groups];

    internal const string NameForm = "1 to 32 letters, digits, - and _, beginning and ending with a letter or digit, without a double underscore";

    internal static bool IsName(string name) => name.Length is >= 1 and <= 32 && !name.AsSpan().ContainsAnyExcept(_nameCharacters)
        && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]) && !name.Contains(ToolPattern.Separator, StringComparison.Ordinal);

    /// <summary>Whether every client takes it for a tool's name.</summary>
    internal static bool IsToolName(string name) => name.Length >= 1 && !name.AsSpan().ContainsAnyExcept(_nameCharacters);

    private static Action<GatehouseSettings, SettingsFindings> PerServer(Action<ServerSettings, string, SettingsFindings> check) => (settings, findings) =>
    {
        foreach (var (name, server) in settings.McpServers) check(server, $"mcpServers.{name}", findings);
    };

    private static void Names(GatehouseSettings settings, SettingsFindings findings)
    {
        foreach (var name in settings.McpServers.Keys)
        {
            if (!IsName(name)) findings.Fault($"mcpServers.{name}", $"is no server name: {NameForm}.");
        }

        foreach (var twins in settings.McpServers.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            findings.Fault($"mcpServers.{twins.Last()}", $"differs from {twins.First()} only by upper and lower case; paths and tool names would be mixed up.");
        }
    }

    private static void Transport(ServerSettings server, string path, SettingsFindings findings)
    {
        if (server.Transport == ServerTransport.Stdio)
        {
            if (string.IsNullOrWhiteSpace(server.Command)) findings.Fault($"{path}.command", "is missing: a stdio server is a program to start.");
            if (server.Url is not null) findings.Fault($"{path}.url", "does not go with stdio. With \"transportType\": \"http\" the program is started beside the gateway and reached through url.");
            if (server.Headers.Count > 0) findings.Fault($"{path}.headers", "do not go with stdio; use env.");
        }
        else if (server.Url is null)
        {
            findings.Fault($"{path}.url", "is missing: an http server is reached through it. A program to start over stdio needs command instead.");
        }
        else if (server.Url.Scheme is not ("http" or "https") || server.Url.UserInfo.Length > 0 || server.Url.Fragment.Length > 0)
        {
            findings.Fault($"{path}.url", "must be an http:// or https:// URL without user, password or fragment; credentials go into headers.");
        }
    }

    private static void Timeout(ServerSettings server, string path, SettingsFindings findings)
    {
        if (server.Timeout is < 1 or > 3600) findings.Fault($"{path}.timeout", "is in seconds, from 1 to 3600.");
        if (server.ListTtl is < 0 or > 86400) findings.Fault($"{path}.listTtl", "is in seconds, from 0 to 86400.");
    }

    private static void Pool(ServerSettings server, string path, SettingsFindings findings)
    {
        if (server.Transport == ServerTransport.Http)
        {
            const string Reason = "goes with stdio only: an http server keeps its users and sessions apart itself.";
            if (server.Pool != StdioPool.Shared) findings.Fault($"{path}.pool", Reason);
            if (server.IdleTimeout is not null) findings.Fault($"{path}.idleTimeout", Reason);
            if (server.MaxChildren is not null) findings.Fault($"{path}.maxChildren", Reason);
            return;
        }

        if (server.IdleTimeout is < 1 or > 86400) findings.Fault($"{path}.idleTimeout", "is in seconds, from 1 to 86400.");
        if (server.MaxChildren is < 1 or > 1000) findings.Fault($"{path}.maxChildren", "is from 1 to 1000.");
        else if (server is { MaxChildren: not null, Pool: StdioPool.Shared }) findings.Fault($"{path}.maxChildren", "goes with pool per-user or per-session: a shared program is one.");
    }

    private static void Switches(ServerSettings server, string path, SettingsFindings findings)
    {
        if (server is { Enabled: false, Disabled: true }) findings.Warn($"{path}.disabled", "says the same as enabled: false; one of them is enough.");
    }

    private static void Headers(ServerSettings server, string path, SettingsFindings findings)
    {
        foreach (var (name, value) in server.Headers)
        {
            if (!IsHeaderName(name)) findings.Fault($"{path}.headers.{name}", "is no header name (RFC 9110 section 5.1).");
            else if (_ownHeaders.Contains(name) || name.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase)) findings.Fault($"{path}.headers.{name}", "is a header that the gateway writes itself.");
            if (value.AsSpan().ContainsAny('\r', '\n', '\0')) findings.Fault($"{path}.headers.{name}", "must not hold a line break.");
        }
    }

    private static void Environment(ServerSettings server, string path, SettingsFindings findings)
    {
        foreach (var name in server.Env.Keys.Where(name => name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')))
        {
            findings.Fault($"{path}.env.{name}", "is no name for an environment variable.");
        }
    }

    private static void ForwardUser(ServerSettings server, string path, SettingsFindings findings)
    {
        if (server.ForwardUser is not { } forward) return;
        if (forward is { Header: null, Argument: null }) findings.Fault($"{path}.forwardUser", "must name a header, an argument, or both.");
        if (forward.Header is not { } header) return;
        if (server.Transport == ServerTransport.Stdio) findings.Fault($"{path}.forwardUser.header", "needs an http server; over stdio use argument.");
        if (!IsHeaderName(header) || _ownHeaders.Contains(header) || header.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase)
            || header.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || header.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
            findings.Fault($"{path}.forwardUser.header", "must be a header of its own, e.g. X-User-Email.");
        if (server.Headers.Keys.Contains(header, StringComparer.OrdinalIgnoreCase)) findings.Fault($"{path}.forwardUser.header", "is in headers as well; keep one.");
    }

    /// <summary>Legal, and a door that nobody can open.</summary>
    private static void Groups(GatehouseSettings settings, SettingsFindings findings)
    {
        var without = settings.Identity switch
        {
            { Provider: IdentityProvider.Google } => "provider google brings no groups yet",
            { Provider: IdentityProvider.Oidc, Oidc.GroupsClaim: null } => "identity.oidc.groupsClaim is not set",
            _ => null,
        };
        if (without is null) return;
        var doors = settings.McpServers.Where(server => server.Value.RequiredGroups.Count > 0).Select(server => $"mcpServers.{server.Key}")
            .Concat(settings.VirtualServers.Where(server => server.Value.RequiredGroups.Count > 0).Select(server => $"virtualServers.{server.Key}"));
        foreach (var door in doors) findings.Warn($"{door}.requiredGroups", $"lets nobody in: {without}.");
    }

    private static bool IsHeaderName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(_tokenCharacters);
}
