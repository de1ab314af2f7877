namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// Which legacy sessions want to hear of which resources of a child that they share. The child hears of the first and of the
/// last one alone. Bounded: sessions that never say goodbye are forgotten when news for them finds nobody.
/// </summary>
internal sealed class ResourceSubscriptions
{
    public const int MostOfOneSession = 1_000;
    public const int Most = 20_000;

    private readonly Lock _changing = new();
    private readonly Dictionary<string, HashSet<string>> _sessionsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _resourcesOf = new(StringComparer.Ordinal);
    private int _count;

    public bool Any => Volatile.Read(ref _count) > 0;

    /// <summary>All that somebody wants to hear of.</summary>
    public IReadOnlyList<string> Resources
    {
        get
        {
            lock (_changing) return [.. _sessionsOf.Keys];
        }
    }

    public bool IsKnown(string resource)
    {
        lock (_changing) return _sessionsOf.ContainsKey(resource);
    }

    public bool HasRoom(string session)
    {
        lock (_changing) return _count < Most && (!_resourcesOf.TryGetValue(session, out var resources) || resources.Count < MostOfOneSession);
    }

    public void Add(string session, string resource)
    {
        lock (_changing)
        {
            if (!Members(_sessionsOf, resource).Add(session)) return;
            Members(_resourcesOf, session).Add(resource);
            _count++;
        }
    }

    /// <returns>Whether that was the last session that wanted to hear of it.</returns>
    public bool Remove(string session, string resource)
    {
        lock (_changing) return RemoveOne(session, resource);
    }

    /// <summary>Forgets a session.</summary>
    /// <returns>The resources that nobody wants to hear of any more.</returns>
    public IReadOnlyList<string> Remove(string session)
    {
        lock (_changing)
        {
            return _resourcesOf.TryGetValue(session, out var resources) ? [.. resources.ToList().Where(resource => RemoveOne(session, resource))] : [];
        }
    }

    /// <summary>Who wants to hear of this: of the resource itself, or of one that it is a part of (2025-11-25, "Subscriptions").</summary>
    public IReadOnlyCollection<string> SessionsOf(string resource)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        lock (_changing)
        {
            for (var end = resource.Length; end > 0; end = resource.LastIndexOf('/', end - 1))
            {
                if (_sessionsOf.TryGetValue(resource[..end], out var sessions)) found.UnionWith(sessions);

                // A container may be written with its last slash or without.
                if (end < resource.Length && _sessionsOf.TryGetValue(resource[..(end + 1)], out var within)) found.UnionWith(within);
            }
        }

        return found;
    }

    private static HashSet<string> Members(Dictionary<string, HashSet<string>> all, string key)
    {
        if (!all.TryGetValue(key, out var members)) all[key] = members = new HashSet<string>(StringComparer.Ordinal);
        return members;
    }

    private bool RemoveOne(string session, string resource)
    {
        if (!_sessionsOf.TryGetValue(resource, out var sessions) || !sessions.Remove(session)) return false;
        _count--;
        var resources = _resourcesOf[session];
        resources.Remove(resource);
        if (resources.Count == 0) _resourcesOf.Remove(session);
        if (sessions.Count > 0) return false;
        _sessionsOf.Remove(resource);
        return true;
    }
}
