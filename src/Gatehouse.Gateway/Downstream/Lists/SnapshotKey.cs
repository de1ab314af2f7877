using System.Runtime.CompilerServices;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>
/// What makes two merged lists the same bytes. Shares are the same if their pages are the very same objects: nothing has to
/// be read to compare them, and a list that was asked for anew is another one.
/// </summary>
internal readonly struct SnapshotKey : IEquatable<SnapshotKey>
{
    private readonly AggregateView _view;
    private readonly int _hash;

    /// <param name="view">What shows the shares: the same view gives the same names to the same items.</param>
    /// <param name="kind">Which list.</param>
    /// <param name="isModern">Whether the client speaks 2026-07-28.</param>
    /// <param name="parts">Each server's share; not to be changed any more.</param>
    public SnapshotKey(AggregateView view, ListKind kind, bool isModern, MergedPart[] parts)
    {
        (_view, Kind, IsModern, Parts) = (view, kind, isModern, parts);
        var hash = new HashCode();
        hash.Add(RuntimeHelpers.GetHashCode(view));
        foreach (var part in parts)
        {
            hash.Add(RuntimeHelpers.GetHashCode(part.Pages));
            hash.Add(part.Problem);
        }

        _hash = hash.ToHashCode();
    }

    public ListKind Kind { get; }

    public bool IsModern { get; }

    public MergedPart[] Parts { get; }

    public bool Equals(SnapshotKey other)
    {
        if (_hash != other._hash || IsModern != other.IsModern || !ReferenceEquals(_view, other._view) || Kind != other.Kind || Parts.Length != other.Parts.Length) return false;
        for (var place = 0; place < Parts.Length; place++)
        {
            var (one, another) = (Parts[place], other.Parts[place]);
            if (!ReferenceEquals(one.Pages, another.Pages) || one.Server != another.Server || one.Problem != another.Problem || one.IsStale != another.IsStale) return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is SnapshotKey other && Equals(other);

    public override int GetHashCode() => _hash;
}
