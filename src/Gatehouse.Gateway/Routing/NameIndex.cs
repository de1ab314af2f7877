using System.Collections.Concurrent;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Routing;

/// <summary>
/// Under which names the tools and prompts of servers stand on aggregates, and the way back for those whose name had to be
/// changed. It is learned from their lists; every process learns the same.
/// </summary>
internal sealed class NameIndex(GatehouseSettings settings)
{
    /// <summary>Hashed names that are remembered; beyond that all are forgotten, and learned again when one is used.</summary>
    private const int MaxLearned = 10_000;

    private readonly int _maxLength = settings.Aggregate.MaxNameLength;
    private readonly ConcurrentDictionary<(string List, string Exposed), string> _ownNames = new();

    /// <param name="server">The server's configured name.</param>
    /// <param name="kind">Tools or prompts.</param>
    /// <param name="names">The whole list, by the names that the server uses.</param>
    /// <returns>What each is called on aggregates, before a virtual server renames it. No two are called the same.</returns>
    public IReadOnlyDictionary<string, string> Expose(string server, ListKind kind, IEnumerable<string> names)
    {
        var exposed = new Dictionary<string, string>(StringComparer.Ordinal);
        var hashed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (HashedName.IsNeeded(server, name, _maxLength)) hashed.Add(name);
            else exposed[name] = new ExposedName(server, name).ToString();
        }

        // In the order of their own names, so that the order of the list does not decide who gets which when two hashes are the same.
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in hashed)
        {
            var attempt = 0;
            string candidate;
            do candidate = HashedName.Of(server, name, _maxLength, attempt++);
            while (!taken.Add(candidate));
            exposed[name] = candidate;
            Learn(kind, candidate, name);
        }

        return exposed;
    }

    /// <returns>The own name behind a hashed one; null if no list with it has been seen here.</returns>
    public string? Find(ListKind kind, string exposed) => _ownNames.GetValueOrDefault((kind.Method, exposed));

    private void Learn(ListKind kind, string exposed, string name)
    {
        if (_ownNames.Count >= MaxLearned) _ownNames.Clear();
        _ownNames[(kind.Method, exposed)] = name;
    }
}
