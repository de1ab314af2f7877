using System.Net.ServerSentEvents;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>Reads an upstream's answer whole, where it has to be changed or compared before the client gets it.</summary>
internal static class AnswerReader
{
    /// <param name="maxLength">The server's <c>responseBytes</c>.</param>
    /// <returns>The response's message; null if none came. Notifications on the way are dropped.</returns>
    /// <exception cref="IOException">The answer is too large, or broke off.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(UpstreamResult.Answered answer, int maxLength, CancellationToken cancellationToken)
    {
        await using var bounded = new BoundedStream(answer.Body, maxLength);
        switch (answer.Content)
        {
            case UpstreamContent.Json:
                using (var buffer = new MemoryStream())
                {
                    await bounded.CopyToAsync(buffer, cancellationToken);
                    return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
                }

            case UpstreamContent.EventStream:
                await foreach (var message in SseParser.Create(bounded, (_, data) => data.ToArray()).EnumerateAsync(cancellationToken))
                {
                    if (IsAnswer(message.Data)) return message.Data;
                }

                return null;
            default:
                return null;
        }
    }

    private static bool IsAnswer(byte[] message)
    {
        var watch = new AnswerWatch();
        watch.Feed(message);
        return watch.IsAnswer;
    }
}
