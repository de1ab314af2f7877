using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>
/// Small messages that nobody waits for: a cancellation, an answer to a server's ping, the end of a session. A few at a
/// time, in the background, bounded: what an upstream does not take in time it will find out by itself.
/// </summary>
internal sealed partial class Errands(string server, HttpEndpoint endpoint, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private readonly Channel<HttpRequestMessage> _waiting = Channel.CreateBounded<HttpRequestMessage>(1024);

    public void Add(HttpRequestMessage errand)
    {
        if (!_waiting.Writer.TryWrite(errand)) Full(server);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        var workers = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stopping };
        try
        {
            await Parallel.ForEachAsync(_waiting.Reader.ReadAllAsync(stopping), workers, async (errand, cancellationToken) => await RunAsync(errand, cancellationToken));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            while (_waiting.Reader.TryRead(out var errand)) errand.Dispose();
        }
    }

    private async Task RunAsync(HttpRequestMessage errand, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            using var response = await endpoint.SendAsync(errand, either.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            NotDone(server, errand.Method.Method, failure.Message);
        }
        finally
        {
            errand.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Server} takes small messages too slowly; one was dropped")]
    private partial void Full(string server);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Server} did not take a small message ({Method}): {Reason}")]
    private partial void NotDone(string server, string method, string reason);
}
