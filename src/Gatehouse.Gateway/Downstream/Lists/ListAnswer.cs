using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>One upstream's share of a list, as far as it is to be had.</summary>
/// <param name="Pages">What there is, in order.</param>
/// <param name="Problem">Why that is not all, or old; null if all is well. For the client to read.</param>
internal sealed record ListAnswer(IReadOnlyList<ListPage> Pages, string? Problem)
{
    private static readonly IReadOnlyList<ListPage> _noPages = [];

    /// <summary>The upstream has no such list, and never said that it had.</summary>
    public static readonly ListAnswer NotOffered = new(_noPages, null);

    /// <summary>The whole list that the pages are from; null if it is not whole.</summary>
    public KnownList? List { get; private init; }

    public bool IsNotOffered => ReferenceEquals(this, NotOffered);

    /// <summary>The whole list is there, but from before the problem.</summary>
    public bool IsStale => List is not null && Problem is not null;

    public static ListAnswer Whole(KnownList list, IReadOnlyList<ListPage> pages) => new(pages, null) { List = list };

    public static ListAnswer Stale(KnownList list, string problem) => new(list.Answer.Pages, problem) { List = list };

    public static ListAnswer Nothing(string problem) => new(_noPages, problem);
}
