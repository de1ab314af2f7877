using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Gatehouse.Fixture;

/// <summary>What the tools ask of clients, written as it goes over the wire.</summary>
internal static class Ask
{
    public static ElicitRequestParams Form(string message, string properties, string required = "") => JsonSerializer.Deserialize<ElicitRequestParams>(
        $$$"""{"message":{{{JsonSerializer.Serialize(message)}}},"requestedSchema":{"type":"object","properties":{{{properties}}},"required":[{{{required}}}]}}""",
        McpJsonUtilities.DefaultOptions)!;

    public static CreateMessageRequestParams Words(string prompt, int maxTokens) => new()
    {
        Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = prompt }] }],
        MaxTokens = maxTokens,
    };
}
