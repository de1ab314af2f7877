using Gatehouse.Core.Audit;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Downstream.Limits;
using Gatehouse.Gateway.Downstream.Streams;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Sessions;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>One message from a client and what became of it. Lives as long as its HTTP request, on one request's flow.</summary>
internal sealed class Exchange
{
    public required HttpContext Http { get; init; }

    public required Caller Caller { get; init; }

    /// <summary>What stands behind <c>/mcp/</c>, a server or a virtual one; null on <c>/mcp</c>.</summary>
    public required string? Endpoint { get; init; }

    /// <summary>The message as the client sent it.</summary>
    public required Envelope Message { get; init; }

    public required Era Era { get; init; }

    /// <summary>When the request came: UTC, and as a timestamp of the same clock.</summary>
    public required DateTimeOffset Time { get; init; }

    public required long Started { get; init; }

    /// <summary>The legacy session that the message belongs to; null in the modern era and for <c>initialize</c>.</summary>
    public McpSession? Session { get; init; }

    public ReadOnlySpan<byte> Id => Message.Id is { } id ? id.Of(Message.Body.Span) : default;

    /// <summary>The upstream that was asked, once that is known.</summary>
    public string? Server { get; set; }

    /// <summary>What was acted on, under the upstream's own name.</summary>
    public string? Target { get; set; }

    public AuditOutcome Outcome { get; private set; } = AuditOutcome.Ok;

    public string? Reason { get; private set; }

    public long ResponseBytes { get; set; }

    /// <summary>What its user still may, if anything limits that.</summary>
    public UserAllowance? Allowance { get; set; }

    /// <summary>False only for what was refused in a flood of the same.</summary>
    public bool IsRecorded { get; set; } = true;

    /// <summary>The answer as a stream of events, once it has begun as one.</summary>
    public ClientEvents? Events { get; set; }

    /// <summary>The answer as a stream that can be taken up again, once it has begun as one.</summary>
    public AnswerStream? Stream { get; set; }

    /// <summary>Notes how it ended; the first word counts.</summary>
    public void Conclude(AuditOutcome outcome, string? reason)
    {
        if (Outcome == AuditOutcome.Ok) (Outcome, Reason) = (outcome, reason);
    }
}
