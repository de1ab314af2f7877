namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>Tells a server at the gateway's end that its sessions are over. Briefly: what it does not take in time it will find out by itself.</summary>
internal static class Farewell
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(3);

    public static async Task SayAsync(IEnumerable<HttpRequestMessage> deletions, HttpEndpoint endpoint, TimeProvider time)
    {
        using var over = new CancellationTokenSource(_patience, time);
        var workers = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = over.Token };
        try
        {
            await Parallel.ForEachAsync(deletions, workers, async (deletion, cancellationToken) =>
            {
                using (deletion)
                {
                    await SayAsync(deletion, endpoint, cancellationToken);
                }
            });
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The rest stays unsaid.
            return;
        }
    }

    private static async Task SayAsync(HttpRequestMessage deletion, HttpEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await endpoint.SendAsync(deletion, cancellationToken);
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // It is going down as well.
            return;
        }
    }
}
