namespace Gatehouse.Gateway.Upstreams;

/// <summary>An upstream together with what keeps it up.</summary>
internal interface ISupervisedUpstream : IUpstream
{
    /// <summary>Keeps it up until <paramref name="stopping"/> is cancelled; then ends what it started.</summary>
    Task RunAsync(CancellationToken stopping);
}
