using Gatehouse.Core.Audit;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>Puts the client's message to one of several servers, and takes the answer whole.</summary>
internal sealed class Inquiry(Forwarder forwarder)
{
    /// <returns>The server's answer, or null if it answers with an error or not at all.</returns>
    public async Task<ReadOnlyMemory<byte>?> AskAsync(Exchange exchange, IUpstream upstream, SessionBinding session)
    {
        using var patience = forwarder.PatienceWith(upstream.Name, exchange.Http.RequestAborted);
        try
        {
            var result = await upstream.SendAsync(Forwarder.Request(exchange, exchange.Message, session), patience.Token);
            if (result is not UpstreamResult.Answered answer) return null;
            await using (answer)
            {
                // Spelt out: a bare null would become an empty memory by way of an array.
                return await AnswerReader.ReadAsync(answer, forwarder.MaxLengthOf(upstream.Name), patience.Token) is { } message && !IsError(message.Span) ? message : default(ReadOnlyMemory<byte>?);
            }
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException || (failure is OperationCanceledException && patience.IsOver))
        {
            exchange.Conclude(AuditOutcome.Failed, $"{upstream.Name} was asked and gave no answer");
            return null;
        }
    }

    /// <summary>Whatever the error says: the next server may know better, and an honest "not found" is the last word.</summary>
    private static bool IsError(ReadOnlySpan<byte> message)
    {
        var watch = new AnswerWatch();
        watch.Feed(message);
        return watch.IsFailure;
    }
}
