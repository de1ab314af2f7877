using System.Security.Cryptography;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>A whole list as an upstream gave it, and what it said of how long and for whom it holds.</summary>
internal sealed class KnownList
{
    /// <summary>A century is as good as any longer promise, and fits.</summary>
    private const long LongestPromise = 3_155_760_000_000;

    /// <summary>How much of its time passes before it is asked for again behind the readers' backs. Jittered: what was asked together is not asked together again.</summary>
    private readonly double _ripe = 0.75 + (RandomNumberGenerator.GetInt32(1501) / 10_000.0);

    /// <param name="pages">All of its pages, in order.</param>
    /// <param name="era">The era it was asked in.</param>
    /// <param name="asked">When it was asked for, as a timestamp: the list may have changed from then on.</param>
    /// <param name="edition">The <see cref="ListEdition"/> at that time.</param>
    public KnownList(IReadOnlyList<ListPage> pages, Era era, long asked, long edition)
    {
        (Asked, Edition) = (asked, edition);
        Promised = pages.Min(page => page.TtlMilliseconds) is { } shortest ? TimeSpan.FromMilliseconds(Math.Min(shortest, LongestPromise)) : null;
        IsPublic = pages.All(page => page.CacheScope == "public");
        IsPrivate = ArePrivate(pages, era);
        Size = pages.Sum(page => page.Message.Length + (120L * page.Items.Count));
        Answer = ListAnswer.Whole(this, pages);
    }

    public long Asked { get; }

    public long Edition { get; }

    /// <summary>How long the server itself lets it count as fresh: the shortest of its pages. Null if it says nothing.</summary>
    public TimeSpan? Promised { get; }

    /// <summary>Whether the server says that everybody may share it.</summary>
    public bool IsPublic { get; }

    /// <summary>Whether it may only be shown to the user for whom it was asked.</summary>
    public bool IsPrivate { get; }

    /// <summary>How much memory it holds, nearly.</summary>
    public long Size { get; }

    /// <summary>What readers get while it is fresh.</summary>
    public ListAnswer Answer { get; }

    /// <summary>Whether some of these pages are for one user only. In the modern era a server has to say so; what it leaves unsaid is taken that way.</summary>
    public static bool ArePrivate(IReadOnlyList<ListPage> pages, Era era) =>
        pages.Any(page => page.CacheScope != "public" && (era == Era.Modern || page.CacheScope is not null));

    /// <summary>Whether so much of its lifetime is over that it should be asked for again.</summary>
    public bool IsRipe(TimeSpan age, TimeSpan lifetime) => age > lifetime * _ripe;
}
