using System.Text.Json;
using Gatehouse.Gateway.Upstreams;
using static Gatehouse.Tests.Gateway.Upstreams.UpstreamHost;

namespace Gatehouse.Tests.Gateway.Upstreams;

/// <summary>Ways to speak to <c>tests/interop/servers/talkative.mjs</c>.</summary>
internal static class Talkative
{
    public const string Initialize = """{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}""";
    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized","params":{"_meta":{"by":"the client"}}}""";

    /// <summary>A message of one legacy session, whose client can sample and says who it is.</summary>
    public static UpstreamRequest From(string session, string message, string user = "ada") => Legacy(message) with
    {
        Caller = CallerOf(user),
        RelaysRequests = true,
        Session = new SessionBinding.Managed(session, "2025-06-18")
        {
            Capabilities = System.Text.Encoding.UTF8.GetBytes("{\n \"sampling\": { } }"),
            ClientInfo = System.Text.Encoding.UTF8.GetBytes($$"""{"name":"client of {{session}}","version":"1.0","x":1.50}"""),
        },
    };

    /// <summary>What the program has heard so far from whoever shares it with this session.</summary>
    public static async Task<Hearing> HeardAsync(this UpstreamHost host, UpstreamRequest request, CancellationToken cancellationToken)
    {
        using var answer = JsonDocument.Parse(await host.AskAsync(request, cancellationToken));
        var text = answer.RootElement.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString()!;
        using var heard = JsonDocument.Parse(text);
        return new Hearing(
            heard.RootElement.GetProperty("pid").GetInt32(),
            heard.RootElement.GetProperty("greeting").GetRawText(),
            [.. heard.RootElement.GetProperty("heard").EnumerateArray().Select(message => message.GetRawText())]);
    }

    public static Task<Hearing> HeardAsync(this UpstreamHost host, string session, CancellationToken cancellationToken, string user = "ada") =>
        host.HeardAsync(From(session, Call("\"h\"", "heard"), user), cancellationToken);

    public static string Say(string message) => Call("\"s\"", "say", $$"""{"message":{{message}}}""");

    public static string Subscribe(string uri, string method = "subscribe") => $$$"""{"jsonrpc":"2.0","id":"u","method":"resources/{{{method}}}","params":{"uri":"{{{uri}}}"}}""";
}

/// <param name="Process">The program's process id.</param>
/// <param name="Greeting">The params of the <c>initialize</c> that it got.</param>
/// <param name="Messages">All else that it got, but for tool calls.</param>
internal sealed record Hearing(int Process, string Greeting, IReadOnlyList<string> Messages);
