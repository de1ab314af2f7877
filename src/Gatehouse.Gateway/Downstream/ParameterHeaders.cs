using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream.Lists;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream;

/// <summary>
/// <c>Mcp-Param-*</c> of a tool's call (2026-07-28, "Streamable HTTP: custom headers"): who routes by the header and who acts on
/// the argument must see the same. A server over HTTP compares them itself; a program sees no headers, so here it is done for it.
/// </summary>
internal sealed class ParameterHeaders(GatehouseSettings settings, ListCache lists)
{
    private const string Prefix = "Mcp-Param-";

    /// <param name="exchange">A call.</param>
    /// <param name="upstream">Where it goes.</param>
    /// <param name="tool">The tool, as the upstream calls it.</param>
    /// <returns>Null if header and argument agree, or are not for us to compare.</returns>
    public ValueTask<Refusal?> CheckAsync(Exchange exchange, IUpstream upstream, string tool) =>
        exchange.Era == Era.Modern && settings.McpServers[upstream.Name].Transport == ServerTransport.Stdio ? CompareAsync(exchange, upstream, tool) : default;

    /// <summary>The first disagreement.</summary>
    /// <param name="parameters">What the tool wants to have in headers.</param>
    /// <param name="arguments">The object of the arguments; empty if there is none.</param>
    public static Refusal? Compare(IReadOnlyList<HeaderParameter> parameters, IHeaderDictionary headers, ReadOnlySpan<byte> arguments)
    {
        foreach (var parameter in parameters)
        {
            var argument = ArgumentText.At(arguments, parameter.Path);
            if (argument.State is ArgumentText.ArgumentState.Absent) continue;
            var header = Prefix + parameter.Name;
            if (headers.ContainsKey(header) ? ModernRules.Single(headers, header) is not { } value || HeaderText.Decode(value) is not { } told || !argument.Says(told) : argument.IsExpected)
                return ModernRules.Mismatch($"The header {header} is missing or differs from the argument {string.Join('.', parameter.Path)}");
        }

        return null;
    }

    private async ValueTask<Refusal?> CompareAsync(Exchange exchange, IUpstream upstream, string tool)
    {
        var answer = await lists.GetAsync(new ListAsker(exchange, SessionBinding.None.Instance), upstream, ListKind.Tools, exchange.Http.RequestAborted);
        var message = exchange.Message;
        foreach (var page in answer.Pages)
        {
            if (page.HeaderParameters?.GetValueOrDefault(tool) is { } parameters)
                return Compare(parameters, exchange.Http.Request.Headers, message.Arguments is { } range ? range.Of(message.Body.Span) : default);
        }

        return null;
    }
}
