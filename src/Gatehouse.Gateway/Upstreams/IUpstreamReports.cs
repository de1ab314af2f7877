namespace Gatehouse.Gateway.Upstreams;

/// <summary>How the servers behind the gateway are coming up, for whoever shows it to people.</summary>
public interface IUpstreamReports
{
    /// <summary>How each server stands now.</summary>
    IReadOnlyList<UpstreamReport> Current { get; }

    /// <summary>Each change from now on.</summary>
    IAsyncEnumerable<UpstreamReport> WatchAsync(CancellationToken cancellationToken);
}

/// <param name="Server">The configured name.</param>
/// <param name="Transport"><c>stdio</c> or <c>http</c>.</param>
/// <param name="State"><c>starting</c>, <c>up</c> or <c>down</c>.</param>
/// <param name="Detail">The server's own name and version when it is up; why not when it is down.</param>
public sealed record UpstreamReport(string Server, string Transport, string State, string? Detail);
