using System.ComponentModel;
using System.Security.Cryptography;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Gatehouse.Fixture;

/// <summary>Tools that need something of the client before they can answer, as the modern era has it.</summary>
internal sealed class InputTools
{
    private static readonly string _state = RandomNumberGenerator.GetHexString(64);

    [McpServerTool(Name = "test_missing_capability"), Description("Needs sampling.")]
    public static string Sampling() => throw new MissingRequiredClientCapabilityException(new ClientCapabilities { Sampling = new SamplingCapability() });

    [McpServerTool(Name = "test_streaming_elicitation"), Description("Asks for a name.")]
    public static string Streaming(RequestContext<CallToolRequestParams> request) => Name(request);

    [McpServerTool(Name = "test_input_required_result_elicitation"), Description("Asks for a name.")]
    public static string Name(RequestContext<CallToolRequestParams> request) =>
        Answer(request, "user_name")?.Deserialize(InputResponse.ElicitResultJsonTypeInfo) is { Content: { } content } && content.TryGetValue("name", out var name)
            ? $"Hello, {name}!"
            : throw Required("user_name", NameForm);

    [McpServerTool(Name = "test_input_required_result_sampling"), Description("Asks for a capital.")]
    public static string Capital(RequestContext<CallToolRequestParams> request) =>
        Answer(request, "capital_question")?.Deserialize(InputResponse.CreateMessageResultJsonTypeInfo) is { } words
            ? words.Content.OfType<TextContentBlock>().First().Text
            : throw Required("capital_question", InputRequest.ForSampling(Ask.Words("What is the capital of France?", 100)));

    [McpServerTool(Name = "test_input_required_result_list_roots"), Description("Asks for roots.")]
    public static string Roots(RequestContext<CallToolRequestParams> request) =>
        Answer(request, "client_roots")?.Deserialize(InputResponse.ListRootsResultJsonTypeInfo) is { } roots
            ? $"Roots: {string.Join(", ", roots.Roots.Select(root => root.Uri))}"
            : throw Required("client_roots", InputRequest.ForRootsList(new ListRootsRequestParams()));

    [McpServerTool(Name = "test_input_required_result_request_state"), Description("Checks its own state.")]
    public static string State(RequestContext<CallToolRequestParams> request)
    {
        if (request.Params?.RequestState is { } state && state != _state) throw new McpProtocolException("The state is not mine", McpErrorCode.InvalidParams);
        return Answer(request, "confirm") is not null && request.Params?.RequestState is not null
            ? "state-ok"
            : throw Required("confirm", InputRequest.ForElicitation(Ask.Form("Please confirm", """{"ok":{"type":"boolean"}}""", "\"ok\"")), _state);
    }

    [McpServerTool(Name = "test_input_required_result_tampered_state"), Description("Refuses a state that is not its own.")]
    public static string Tampered(RequestContext<CallToolRequestParams> request) => State(request);

    [McpServerTool(Name = "test_input_required_result_multiple_inputs"), Description("Asks three things at once.")]
    public static string Several(RequestContext<CallToolRequestParams> request) =>
        Answer(request, "user_name") is not null && Answer(request, "greeting") is not null && Answer(request, "client_roots") is not null
            ? "Got all three."
            : throw new InputRequiredException(
                new Dictionary<string, InputRequest>
                {
                    ["user_name"] = NameForm,
                    ["greeting"] = InputRequest.ForSampling(Ask.Words("Generate a greeting", 50)),
                    ["client_roots"] = InputRequest.ForRootsList(new ListRootsRequestParams()),
                },
                _state);

    private static InputRequest NameForm => InputRequest.ForElicitation(Ask.Form("What is your name?", """{"name":{"type":"string"}}""", "\"name\""));

    private static InputResponse? Answer(RequestContext<CallToolRequestParams> request, string key) => request.Params?.InputResponses?.TryGetValue(key, out var answer) == true ? answer : null;

    private static InputRequiredException Required(string key, InputRequest request, string? state = null) => new(new Dictionary<string, InputRequest> { [key] = request }, state);
}
