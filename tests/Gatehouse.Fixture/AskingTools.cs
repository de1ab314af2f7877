using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Gatehouse.Fixture;

/// <summary>Tools that send requests of their own to the client, as the legacy era has it.</summary>
internal sealed class AskingTools
{
    [McpServerTool(Name = "test_sampling"), Description("Asks the model.")]
    public static async Task<string> SampleAsync(McpServer server, string prompt, CancellationToken cancellationToken)
    {
        var answer = await server.SampleAsync(Ask.Words(prompt, 100), cancellationToken);
        return $"LLM response: {answer.Content.OfType<TextContentBlock>().FirstOrDefault()?.Text}";
    }

    [McpServerTool(Name = "test_elicitation"), Description("Asks the user.")]
    public static async Task<string> ElicitAsync(McpServer server, string message, CancellationToken cancellationToken)
    {
        var form = Ask.Form(
            message,
            """{"username":{"type":"string","description":"User's response"},"email":{"type":"string","description":"User's email address"}}""",
            "\"username\",\"email\"");
        return $"User response: {Told(await server.ElicitAsync(form, cancellationToken))}";
    }

    [McpServerTool(Name = "test_elicitation_sep1034_defaults"), Description("Asks with a default for each type.")]
    public static Task<string> DefaultsAsync(McpServer server, CancellationToken cancellationToken) => CompleteAsync(server, """
        {
          "name": { "type": "string", "default": "John Doe" },
          "age": { "type": "integer", "default": 30 },
          "score": { "type": "number", "default": 95.5 },
          "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
          "verified": { "type": "boolean", "default": true }
        }
        """, cancellationToken);

    [McpServerTool(Name = "test_elicitation_sep1330_enums"), Description("Asks with each kind of enumeration.")]
    public static Task<string> EnumsAsync(McpServer server, CancellationToken cancellationToken) => CompleteAsync(server, """
        {
          "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
          "titledSingle": { "type": "string", "oneOf": [{ "const": "value1", "title": "First Option" }, { "const": "value2", "title": "Second Option" }, { "const": "value3", "title": "Third Option" }] },
          "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"] },
          "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
          "titledMulti": { "type": "array", "items": { "anyOf": [{ "const": "value1", "title": "First Choice" }, { "const": "value2", "title": "Second Choice" }, { "const": "value3", "title": "Third Choice" }] } }
        }
        """, cancellationToken);

    private static async Task<string> CompleteAsync(McpServer server, string properties, CancellationToken cancellationToken) =>
        $"Elicitation completed: {Told(await server.ElicitAsync(Ask.Form("Please complete the form", properties), cancellationToken))}";

    private static string Told(ElicitResult answer) => $"action={answer.Action}, content={JsonSerializer.Serialize(answer.Content, McpJsonUtilities.DefaultOptions)}";
}
