using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>One MCP server behind the gateway. Keys may be written in camelCase or with underscores.</summary>
[UnderscoresAllowed]
public sealed record ServerSettings
{
    [Description("http (Streamable HTTP), stdio, or sse (the older HTTP+SSE, which http finds out by itself). Default: http when only url is given, else stdio.")]
    [AlsoWritten("type")]
    public ServerTransport? TransportType { get; init; }

    [Description("The program to start. With transportType http it is started beside the gateway and reached through url.")]
    public string? Command { get; init; }

    [Description("The program's arguments.")]
    public IReadOnlyList<string> Args { get; init; } = [];

    [Description("Environment variables for the program. Nothing else of the gateway's environment reaches it but PATH, HOME, LANG, TZ and TMPDIR.")]
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    [Description("The program's working directory, relative to the configuration file.")]
    public string? Cwd { get; init; }

    [Description("Who shares a stdio program: shared (everybody), per-user (each user has one of their own), or per-session (each legacy session has one, which is told its client's own capabilities; clients of 2026-07-28 have no sessions and share one per user).")]
    public StdioPool Pool { get; init; }

    [Description("Seconds without use after which a stdio program is ended; it is started again when it is needed. 1 to 86400. Default: 600 with pool per-user or per-session; a shared program stays.")]
    public int? IdleTimeout { get; init; }

    [Description("How many programs of a server with pool per-user or per-session run at once. 1 to 1000. One more ends the one that has been idle for longest; where all are at work, it is refused. Default: 50.")]
    public int? MaxChildren { get; init; }

    [Description("The MCP endpoint's URL.")]
    public Uri? Url { get; init; }

    [Description("Headers for every request to url, e.g. Authorization. Best as ${env:…} or ${file:…}.")]
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    [Description("Seconds until an unanswered request is given up. 1 to 3600.")]
    public int Timeout { get; init; } = 60;

    [Description("Seconds until a request is given up even though the server still reports progress. From timeout to 86400.")]
    public int MaxDuration { get; init; } = 3600;

    [Description("Seconds that this server's lists are answered from memory, where its own ttlMs says less. 0: asked each time. Default: what it says; where it says nothing, until it tells of a change (5 minutes at most), or 30 seconds. Up to 86400.")]
    public int? ListTtl { get; init; }

    [Description("false leaves the server out.")]
    public bool Enabled { get; init; } = true;

    [Description("true leaves the server out.")]
    public bool Disabled { get; init; }

    [Description("Tools that are neither listed nor callable. * stands for any run of characters.")]
    public IReadOnlyList<string> ExcludedTools { get; init; } = [];

    [Description("Only members of at least one of these groups see or use the server. Empty: everybody who may sign in.")]
    public IReadOnlyList<string> RequiredGroups { get; init; } = [];

    [Description("How the server learns who calls. Nothing is passed unless this says so.")]
    public ForwardUserSettings? ForwardUser { get; init; }

    [Description("What the audit trail keeps of this server's arguments.")]
    public ServerAuditSettings? Audit { get; init; }

    [Description("Limits of this server's own.")]
    public ServerLimitSettings? Limits { get; init; }

    /// <summary>The transport that is meant when <see cref="TransportType"/> is not written.</summary>
    public ServerTransport Transport => TransportType ?? (Command is null ? ServerTransport.Http : ServerTransport.Stdio);

    /// <summary>Whether the server takes part at all.</summary>
    public bool IsActive => Enabled && !Disabled;
}

public enum ServerTransport
{
    Stdio,

    /// <summary>Streamable HTTP; the older transport is found out where a server speaks only that.</summary>
    Http,

    /// <summary>HTTP+SSE, the transport of 2024-11-05.</summary>
    Sse,
}

public enum StdioPool
{
    Shared,
    PerUser,
    PerSession,
}

/// <summary>How a server learns who calls: a header (HTTP only), a tool argument, or both.</summary>
[UnderscoresAllowed]
public sealed record ForwardUserSettings
{
    [Description("The header that carries the user. A header of that name from the client never gets through.")]
    public string? Header { get; init; }

    [Description("The tool argument that carries the user.")]
    public string? Argument { get; init; }

    [Description("force: the argument is always ours. add: only where the caller gave none.")]
    public ArgumentMode Mode { get; init; } = ArgumentMode.Force;

    [Description("What stands for the user: email or subject.")]
    public UserClaim Claim { get; init; } = UserClaim.Email;
}

public enum ArgumentMode
{
    Force,
    Add,
}

public enum UserClaim
{
    Email,
    Subject,
}

public sealed record ServerAuditSettings
{
    [Description("summary or full; see audit.arguments.")]
    public ArgumentRecording? Arguments { get; init; }
}
