using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>How long one server's lists are kept, and whether each user has their own. Decides only.</summary>
/// <param name="configured">The server's <c>listTtl</c>.</param>
/// <param name="isPersonal">Whether the server is told who asks.</param>
internal sealed class ListTerms(TimeSpan? configured, bool isPersonal)
{
    /// <summary>For a server that says nothing and announces nothing.</summary>
    public static readonly TimeSpan Unstated = TimeSpan.FromSeconds(30);

    /// <summary>For a server that says nothing but announces changes: it may forget to.</summary>
    public static readonly TimeSpan Announced = TimeSpan.FromMinutes(5);

    /// <summary>How old a list may be that stands in for a server which gives none.</summary>
    public static readonly TimeSpan OldestStale = TimeSpan.FromHours(1);

    public static ListTerms Of(ServerSettings server) => new(
        server.ListTtl is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        server is { Transport: ServerTransport.Http, ForwardUser.Header: not null });

    /// <summary>Whether every client's question goes to the server, as the client's own.</summary>
    public bool AreNeverKept => configured == TimeSpan.Zero;

    /// <summary>Whether the server is told who asks, so that no user may get another's list.</summary>
    public bool ArePersonal => isPersonal;

    /// <summary>How long a list is fresh from when it was asked for. Zero: only good while the server is away.</summary>
    /// <param name="list">The list.</param>
    /// <param name="isAnnounced">Whether the server is being listened to, and tells when the list changes.</param>
    public TimeSpan Lifetime(KnownList list, bool isAnnounced)
    {
        if (configured is { } ours) return list.Promised > ours ? list.Promised.Value : ours;
        return list.Promised ?? (isAnnounced ? Announced : Unstated);
    }
}
