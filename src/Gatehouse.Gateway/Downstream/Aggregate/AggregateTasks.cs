using System.Text;
using Gatehouse.Gateway.Downstream.Forwarding;
using Gatehouse.Gateway.Policy;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Routing;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>
/// The tasks extension (SEP-2663) on aggregates: the id of a task is sealed where the task begins and opened where it is asked
/// for; everything else passes.
/// </summary>
internal sealed class AggregateTasks(IUpstreams upstreams, AccessPolicy policy, Forwarder forwarder, TaskIds ids)
{
    /// <summary>The server of a call, whose answer may be a task if the client knows tasks; no others are looked at.</summary>
    public IUpstream Sealing(Exchange exchange, IUpstream upstream)
    {
        if (!exchange.Message.DeclaresTasks || (upstream.Status.Features & UpstreamFeatures.Tasks) == 0) return upstream;
        return new RewritingUpstream(upstream, forwarder.MaxLengthOf(upstream.Name), message => TaskIdSplice.OfNewTask(message, taskId => ids.Seal(exchange.Caller.Subject, upstream.Name, taskId)));
    }

    /// <summary><c>tasks/get</c>, <c>tasks/update</c> and <c>tasks/cancel</c>.</summary>
    public async Task AnswerAsync(Exchange exchange, AggregateView view)
    {
        var message = exchange.Message;
        if (!message.DeclaresTasks)
        {
            await exchange.RefuseAsync(NotDeclared());
            return;
        }

        if (message.TaskIdValue is not { } sealedId || Find(exchange, view, sealedId) is not var (upstream, taskId))
        {
            await exchange.RefuseAsync(Refusal.Unknown("task", message.TaskIdValue, "no task of this user's at this endpoint"));
            return;
        }

        exchange.Target = $"{message.Method} {taskId}";

        // The client knows the task by the id that it sent, and by no other.
        var answering = new RewritingUpstream(upstream, forwarder.MaxLengthOf(upstream.Name), answer => TaskIdSplice.OfResult(answer, own => own == taskId ? sealedId : null));
        await forwarder.ForwardAsync(exchange, answering, Splice.RenameTask(message, taskId), SessionBinding.None.Instance);
    }

    /// <summary>The task behind an id, if it is this user's and its server is still one of theirs.</summary>
    public (IUpstream Upstream, string TaskId)? Find(Exchange exchange, AggregateView view, string sealedId) =>
        ids.Open(exchange.Caller.Subject, sealedId) is var (server, taskId)
        && view.Includes(server, ListKind.Tools) && policy.Allows(exchange.Caller, server) && upstreams.TryFind(server, out var upstream)
            ? (upstream, taskId)
            : null;

    private static Refusal NotDeclared() => new(
        StatusCodes.Status400BadRequest, JsonRpcCode.MissingClientCapability, $"The request does not declare {Encoding.UTF8.GetString(Extensions.Tasks)}",
        Data: json =>
        {
            json.WriteStartObject("requiredCapabilities"u8);
            json.WriteStartObject("extensions"u8);
            json.WriteStartObject(Extensions.Tasks);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
}
