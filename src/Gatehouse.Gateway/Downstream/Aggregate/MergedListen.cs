using System.Text.Json;
using System.Threading.Channels;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>
/// <c>subscriptions/listen</c> on aggregates: one stream for the client, made of a listen at each server that offers what was
/// asked for. One acknowledgement comes first; the final result comes when nobody is left to tell anything, or when we stop.
/// </summary>
internal sealed class MergedListen(GatehouseSettings settings, ListenParts parts, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>How long a server may take to acknowledge. One that takes longer has no part: the client waits for the others too.</summary>
    private static readonly TimeSpan _acknowledgement = TimeSpan.FromSeconds(5);

    /// <summary>Messages that wait for a slow client; then the servers wait.</summary>
    private const int MaxWaiting = 64;

    public async Task AnswerAsync(Exchange exchange, AggregateView view)
    {
        if (exchange.Message.Params is not { } parameters || ListenFilter.Read(parameters.Of(exchange.Message.Body)) is not { } asked)
        {
            await exchange.RefuseAsync(new Refusal(StatusCodes.Status200OK, JsonRpcCode.InvalidParams, "params.notifications must say what to listen to"));
            return;
        }

        var listens = await parts.OfAsync(exchange, view, asked);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted, lifetime.ApplicationStopping);
        var messages = Channel.CreateBounded<ReadOnlyMemory<byte>>(MaxWaiting);
        var running = RunAsync(exchange, listens, messages.Writer, ended.Token);
        try
        {
            await WriteAsync(exchange, asked, listens, messages.Reader);
        }
        finally
        {
            await ended.CancelAsync();
            await running;
            foreach (var part in listens) part.Dispose();
        }

        var problems = listens.Where(part => part.Problem is not null).Select(part => $"{part.Server}: {part.Problem}").ToList();
        if (problems.Count > 0) exchange.Conclude(AuditOutcome.Failed, string.Join("; ", problems));
    }

    private static async Task RunAsync(Exchange exchange, IReadOnlyList<ListenPart> listens, ChannelWriter<ReadOnlyMemory<byte>> writer, CancellationToken ended)
    {
        try
        {
            await Task.WhenAll(listens.Select(part => part.RunAsync(exchange, writer, ended)));
        }
        finally
        {
            writer.Complete();
        }
    }

    private async Task WriteAsync(Exchange exchange, ListenFilter asked, IReadOnlyList<ListenPart> listens, ChannelReader<ReadOnlyMemory<byte>> messages)
    {
        await using var events = await ClientEvents.BeginAsync(exchange.Http, settings.Limits.KeepAlive, time);

        // The head goes out at once: the client need not guess whether anybody listens.
        await exchange.Http.Response.BodyWriter.FlushAsync(exchange.Http.RequestAborted);
        var honoured = await AcknowledgedAsync(exchange, listens);
        await SendAsync(exchange, events, MessageWriter.Notification(McpMethods.Acknowledged, json =>
        {
            asked.And(honoured).Write(json);
            WriteMeta(json, exchange);
        }));
        await foreach (var message in messages.ReadAllAsync(exchange.Http.RequestAborted)) await SendAsync(exchange, events, message);
        await SendAsync(exchange, events, MessageWriter.Result(exchange.Id, json =>
        {
            json.WriteString("resultType"u8, "complete"u8);
            WriteMeta(json, exchange);
        }));
    }

    /// <summary>What all of them together will tell.</summary>
    private async Task<ListenFilter> AcknowledgedAsync(Exchange exchange, IReadOnlyList<ListenPart> listens)
    {
        var acknowledged = await Task.WhenAll(listens.Select(part => part.AcknowledgedAsync(_acknowledgement, time, exchange.Http.RequestAborted)));
        return acknowledged.Aggregate(ListenFilter.Nothing, (all, one) => all.Or(one));
    }

    private static void WriteMeta(Utf8JsonWriter json, Exchange exchange)
    {
        json.WriteStartObject("_meta"u8);
        json.WritePropertyName(MetaKeys.SubscriptionId);
        json.WriteRawValue(exchange.Id, skipInputValidation: true);
        ServerIdentity.WriteMeta(json);
        json.WriteEndObject();
    }

    private static ValueTask SendAsync(Exchange exchange, ClientEvents events, ReadOnlyMemory<byte> message)
    {
        exchange.ResponseBytes += message.Length;
        return events.WriteAsync(MessageWriter.AsEvent(message.Span));
    }
}
