using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Gatehouse.Fixture;

/// <summary>Tools that answer by themselves.</summary>
internal sealed class ContentTools
{
    /// <summary>One red pixel.</summary>
    public static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");

    private static readonly byte[] _wav = Convert.FromBase64String("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=");
    private static readonly TimeSpan _while = TimeSpan.FromMilliseconds(50);

    [McpServerTool(Name = "test_simple_text"), Description("Returns a text.")]
    public static string SimpleText() => "This is a simple text response for testing.";

    [McpServerTool(Name = "test_image_content"), Description("Returns an image.")]
    public static ImageContentBlock Image() => ImageContentBlock.FromBytes(Png, "image/png");

    [McpServerTool(Name = "test_audio_content"), Description("Returns a sound.")]
    public static AudioContentBlock Audio() => AudioContentBlock.FromBytes(_wav, "audio/wav");

    [McpServerTool(Name = "test_embedded_resource"), Description("Returns a resource.")]
    public static EmbeddedResourceBlock Embedded() => Resource("test://embedded-resource", "text/plain", "This is an embedded resource content.");

    [McpServerTool(Name = "test_multiple_content_types"), Description("Returns a text, an image and a resource.")]
    public static IEnumerable<ContentBlock> Several() =>
        [new TextContentBlock { Text = "Multiple content types test:" }, Image(), Resource("test://mixed-content-resource", "application/json", """{"test":"data","value":123}""")];

    [McpServerTool(Name = "test_error_handling"), Description("Fails.")]
    public static string Fail() => throw new McpException("This tool intentionally returns an error for testing");

    [McpServerTool(Name = "test_tool_with_logging"), Description("Logs three times.")]
    public static async Task<string> LogAsync(McpServer server, CancellationToken cancellationToken)
    {
        var log = server.AsClientLoggerProvider().CreateLogger("fixture");
        log.Started();
        await Task.Delay(_while, cancellationToken);
        log.Processing();
        await Task.Delay(_while, cancellationToken);
        log.Completed();
        return "Logged three times.";
    }

    [McpServerTool(Name = "test_logging_tool"), Description("Logs once, to those who want it.")]
    public static string LogOnce(McpServer server)
    {
        server.AsClientLoggerProvider().CreateLogger("fixture").Started();
        return "Logged once.";
    }

    [McpServerTool(Name = "test_tool_with_progress"), Description("Tells its progress three times.")]
    public static async Task<string> ProgressAsync(McpServer server, RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        foreach (var step in new[] { 0, 50, 100 })
        {
            if (step > 0) await Task.Delay(_while, cancellationToken);
            if (request.Params?.ProgressToken is { } token) await server.NotifyProgressAsync(token, new ProgressNotificationValue { Progress = step, Total = 100 }, cancellationToken: cancellationToken);
        }

        return "Told three times.";
    }

    [McpServerTool(Name = "test_reconnection"), Description("Closes its stream before it answers.")]
    public static async Task<string> ReconnectAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        await request.EnablePollingAsync(TimeSpan.FromMilliseconds(500), cancellationToken);
        await Task.Delay(2 * _while, cancellationToken);
        return "Answered after the stream was closed.";
    }

    [McpServerTool(Name = "test_header_parameter"), Description("Its region travels in a header too.")]
    public static string Header([McpHeader("Region")] string region) => region;

    private static EmbeddedResourceBlock Resource(string uri, string mimeType, string text) => new() { Resource = new TextResourceContents { Uri = uri, MimeType = mimeType, Text = text } };
}

internal static partial class ToolLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Tool execution started")]
    public static partial void Started(this ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tool processing data")]
    public static partial void Processing(this ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Tool execution completed")]
    public static partial void Completed(this ILogger logger);
}
