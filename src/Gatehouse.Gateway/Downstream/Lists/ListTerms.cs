using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>How long one server's lists are kept, and whether each user has their own. Decides only.</summary>
internal sealed class ListTerms(ServerSettings server)
{
    /// <summary>For a server that says nothing and announces nothing.</summary>
    public static readonly TimeSpan Unstated = TimeSpan.FromSeconds(30);

    /// <summary>For a server that says nothing but announces changes: it may forget to.</summary>
    public static readonly TimeSpan Announced = TimeSpan.FromMinutes(5);

    /// <summary>How old a list may be that stands in for a server which gives none.</summary>
    public static readonly TimeSpan OldestStale = TimeSpan.FromHours(1);

    private readonly TimeSpan? _configured = server.ListTtl is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Whether the server is told who asks, or each user has a program of their own, so that no user may get another's list.</summary>
    public bool ArePersonal { get; } = server.Transport == ServerTransport.Http ? server.ForwardUser?.Header is not null : server.Pool != StdioPool.Shared;

    /// <summary>Whether every client's question goes to the server as the client's own: so it was configured, or each session has a program of its own.</summary>
    public bool AreNeverKept(Era era) =>
        _configured == TimeSpan.Zero || (server is { Transport: ServerTransport.Stdio, Pool: StdioPool.PerSession } && era == Era.Legacy);

    /// <summary>How long a list is fresh from when it was asked for. Zero: only good while the server is away.</summary>
    /// <param name="list">The list.</param>
    /// <param name="isAnnounced">Whether the server is being listened to, and tells when the list changes.</param>
    public TimeSpan Lifetime(KnownList list, bool isAnnounced)
    {
        if (_configured is { } ours) return list.Promised > ours ? list.Promised.Value : ours;
        return list.Promised ?? (isAnnounced ? Announced : Unstated);
    }
}
