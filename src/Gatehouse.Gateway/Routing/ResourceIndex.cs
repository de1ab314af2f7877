using System.Collections.Immutable;

namespace Gatehouse.Gateway.Routing;

/// <summary>
/// Which server a resource belongs to, learned from the lists that servers gave. URIs are not renamed on <c>/mcp</c>,
/// because they also stand inside results; two servers may therefore list the same one.
/// </summary>
internal sealed class ResourceIndex
{
    private ImmutableDictionary<string, Known> _byServer = ImmutableDictionary<string, Known>.Empty;

    /// <summary>Replaces what is known of one server.</summary>
    public void Learn(string server, IEnumerable<string> uris) =>
        Update(server, known => known with { Uris = [.. uris] });

    /// <summary>Replaces what is known of one server's templates (RFC 6570).</summary>
    public void LearnTemplates(string server, IEnumerable<string> templates) =>
        Update(server, known => known with { Templates = [.. templates] });

    /// <summary>
    /// The servers to ask for a resource, best first: those that list it, in the order given; then those with a fitting
    /// template, the longest literal prefix first; then the rest, since a resource may exist without being listed.
    /// </summary>
    /// <param name="uri">The resource, or the template itself (completion names it).</param>
    /// <param name="servers">The servers that the caller may use, in configured order.</param>
    public IReadOnlyList<Candidate> Candidates(string uri, IReadOnlyList<string> servers)
    {
        var byServer = _byServer;
        return [.. servers
            .Select((server, place) => (server, place, rank: byServer.TryGetValue(server, out var known) ? known.RankOf(uri) : 0))
            .OrderByDescending(candidate => candidate.rank)
            .ThenBy(candidate => candidate.place)
            .Select(candidate => new Candidate(candidate.server, candidate.rank > 0))];
    }

    private void Update(string server, Func<Known, Known> change) => ImmutableInterlocked.AddOrUpdate(
        ref _byServer, server, _ => change(Known.Nothing), (_, known) => change(known));

    private sealed record Known(ImmutableHashSet<string> Uris, ImmutableArray<string> Templates)
    {
        public static readonly Known Nothing = new([], []);

        public int RankOf(string uri)
        {
            if (Uris.Contains(uri) || Templates.Contains(uri)) return int.MaxValue;
            var longest = 0;
            foreach (var template in Templates)
            {
                var literal = template.AsSpan(0, Math.Max(0, template.IndexOf('{', StringComparison.Ordinal)));
                if (literal.Length > longest && uri.AsSpan().StartsWith(literal, StringComparison.Ordinal)) longest = literal.Length;
            }

            return longest;
        }
    }
}

/// <param name="Server">A server that may have the resource.</param>
/// <param name="IsKnown">Whether one of its lists says so.</param>
internal readonly record struct Candidate(string Server, bool IsKnown);
