using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Gatehouse.Fixture;

internal sealed class Prompts
{
    [McpServerPrompt(Name = "test_simple_prompt"), Description("A text.")]
    public static PromptMessage Simple() => Says("This is a simple prompt for testing.");

    [McpServerPrompt(Name = "test_prompt_with_arguments"), Description("A text with two arguments in it.")]
    public static PromptMessage WithArguments([Description("First test argument")] string arg1, [Description("Second test argument")] string arg2) =>
        Says($"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'");

    [McpServerPrompt(Name = "test_prompt_with_embedded_resource"), Description("A resource and a text.")]
    public static IEnumerable<PromptMessage> WithResource([Description("URI of the resource to embed")] string resourceUri) =>
    [
        User(new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = resourceUri, MimeType = "text/plain", Text = "Embedded resource content for testing." } }),
        Says("Please process the embedded resource above."),
    ];

    [McpServerPrompt(Name = "test_prompt_with_image"), Description("An image and a text.")]
    public static IEnumerable<PromptMessage> WithImage() => [User(ImageContentBlock.FromBytes(ContentTools.Png, "image/png")), Says("Please analyze the image above.")];

    private static PromptMessage Says(string text) => User(new TextContentBlock { Text = text });

    private static PromptMessage User(ContentBlock content) => new() { Role = Role.User, Content = content };
}
