using System.Buffers;
using System.Net;

namespace Gatehouse.Bench.Upstream;

/// <summary>
/// An MCP server that costs next to nothing: answers are bytes made beforehand, with the request's id spliced in. Whatever
/// stands in front of it is what gets measured.
/// </summary>
internal static class UpstreamServer
{
    public const string Verb = "upstream";

    public static async Task<int> RunAsync(string port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, int.Parse(port)));
        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (HttpMethods.IsDelete(context.Request.Method)) return; // the end of a session that is not kept
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "POST, DELETE";
            return;
        }

        var message = await ReadAsync(context);
        if (message.Id is null)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        var modern = context.Request.Headers["MCP-Protocol-Version"] == UpstreamAnswers.ModernVersion;
        var (status, tail) = UpstreamAnswers.To(message.Method, modern);
        context.Response.StatusCode = status;
        if (message.Method == "initialize") context.Response.Headers["Mcp-Session-Id"] = Guid.NewGuid().ToString("N");
        if (context.Request.Headers["Mcp-Name"] == UpstreamAnswers.StreamingTool) await StreamAsync(context, message.Id, tail);
        else await WriteAsync(context, message.Id, tail);
    }

    private static async Task WriteAsync(HttpContext context, byte[] id, byte[] tail)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = UpstreamAnswers.Head.Length + id.Length + tail.Length;
        var writer = context.Response.BodyWriter;
        writer.Write(UpstreamAnswers.Head);
        writer.Write(id);
        writer.Write(tail);
        await writer.FlushAsync(context.RequestAborted);
    }

    /// <summary>Two events, each sent as soon as it is there.</summary>
    private static async Task StreamAsync(HttpContext context, byte[] id, byte[] tail)
    {
        context.Response.ContentType = "text/event-stream";
        var writer = context.Response.BodyWriter;
        writer.Write(UpstreamAnswers.Notification);
        await writer.FlushAsync(context.RequestAborted);
        writer.Write("event: message\ndata: "u8);
        writer.Write(UpstreamAnswers.Head);
        writer.Write(id);
        writer.Write(tail);
        writer.Write("\n\n"u8);
        await writer.FlushAsync(context.RequestAborted);
    }

    private static async ValueTask<UpstreamMessage> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.IsCompleted)
            {
                var message = UpstreamMessage.Read(read.Buffer);
                reader.AdvanceTo(read.Buffer.End);
                return message;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
