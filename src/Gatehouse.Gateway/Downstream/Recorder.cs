using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream;

/// <summary>Puts what happened on record: one event for each action of a client.</summary>
internal sealed class Recorder(IAuditLog log, GatehouseSettings settings, TimeProvider time)
{
    /// <summary>Longer names and URIs are cut; no honest one is.</summary>
    private const int MaxTarget = 2048;

    /// <summary>Waits until the trail has room. What could not be recorded must not happen.</summary>
    /// <exception cref="AuditUnavailableException">It had none for too long.</exception>
    public ValueTask ReadyAsync(CancellationToken cancellationToken) => log.ReadyAsync(cancellationToken);

    public ValueTask RecordAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        if (exchange.Message.Kind != MessageKind.Request || ActionOf(exchange.Message.Method!) is not { } action) return ValueTask.CompletedTask;
        var caller = exchange.Caller;
        return log.RecordAsync(
            new AuditEvent
            {
                Id = Guid.CreateVersion7(exchange.Time),
                Time = exchange.Time,
                Action = action,
                Outcome = exchange.Outcome,
                Reason = exchange.Reason,
                Subject = caller.Subject,
                User = caller.Email,
                ClientId = caller.ClientId,
                ClientName = caller.ClientName,
                Server = exchange.Server ?? exchange.Endpoint,
                Target = Cut(exchange.Target ?? TargetOf(exchange.Message)),
                Arguments = ArgumentsOf(exchange),
                Duration = time.GetElapsedTime(exchange.Started),
                RequestBytes = exchange.Message.Body.Length,
                ResponseBytes = exchange.ResponseBytes,
                RequestId = exchange.Http.TraceIdentifier,
            },
            cancellationToken);
    }

    /// <summary>Null for what is no action: a ping.</summary>
    private static AuditAction? ActionOf(string method) => method switch
    {
        McpMethods.CallTool => AuditAction.Call,
        McpMethods.ReadResource => AuditAction.Read,
        McpMethods.GetPrompt => AuditAction.Get,
        McpMethods.Complete => AuditAction.Complete,
        McpMethods.Initialize or McpMethods.Discover => AuditAction.Initialize,
        McpMethods.Subscribe or McpMethods.Unsubscribe or McpMethods.Listen => AuditAction.Subscribe,
        McpMethods.Ping => null,
        _ when McpMethods.IsList(method) => AuditAction.List,
        _ => AuditAction.Other,
    };

    private static string? TargetOf(Envelope message) => message.Method switch
    {
        McpMethods.CallTool or McpMethods.GetPrompt => message.NameValue,
        McpMethods.ReadResource or McpMethods.Subscribe or McpMethods.Unsubscribe => message.UriValue,
        McpMethods.Complete => message.RefNameValue ?? message.RefUriValue,
        { } method => message.TaskIdValue is { } task ? $"{method} {task}" : method,
        null => null,
    };

    private string? ArgumentsOf(Exchange exchange)
    {
        if (exchange.Message.Arguments is not { } range) return null;
        var arguments = range.Of(exchange.Message.Body.Span);
        var server = exchange.Server ?? exchange.Endpoint;
        var rule = (server is not null && settings.McpServers.TryGetValue(server, out var entry) ? entry.Audit?.Arguments : null) ?? settings.Audit.Arguments;
        return rule == ArgumentRecording.Full ? ArgumentRecord.Full(arguments) : ArgumentRecord.Summary(arguments);
    }

    private static string? Cut(string? text) => text is { Length: > MaxTarget } ? text[..MaxTarget] : text;
}
