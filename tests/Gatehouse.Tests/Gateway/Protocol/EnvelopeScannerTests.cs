using System.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class EnvelopeScannerTests
{
    [Fact]
    public void A_request_gives_up_everything_that_routing_needs()
    {
        const string Json = """
            {"jsonrpc":"2.0","id":"a\u0062","method":"tools/c\u0061ll","params":{"na\u006de":"ev\u0065rything__echo","arguments":{"name":"not this one"},
            "uri":"file:///x","taskId":"t1","requestId":7,"protocolVersion":"2025-06-18","ref":{"type":"ref/prompt","name":"p","uri":"u"},
            "_meta":{"progressToken":12,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
            """;

        var envelope = Scan(Json);

        Assert.Equal(MessageKind.Request, envelope.Kind);
        Assert.Equal("tools/call", envelope.Method);
        Assert.Equal("everything__echo", envelope.NameValue);
        Assert.Equal("file:///x", envelope.UriValue);
        Assert.Equal("t1", envelope.TaskIdValue);
        Assert.Equal("2025-06-18", envelope.RequestedVersion);
        Assert.Equal(("ref/prompt", "p", "u"), (envelope.RefType, envelope.RefNameValue, envelope.RefUriValue));
        Assert.Equal("2026-07-28", envelope.MetaProtocolVersion);
        Assert.NotNull(envelope.MetaClientCapabilities);
        Assert.StartsWith("{", Raw(envelope, envelope.MetaClientCapabilities), StringComparison.Ordinal);
        Assert.Equal("\"a\\u0062\"", Raw(envelope, envelope.Id));
        Assert.Equal("\"ev\\u0065rything__echo\"", Raw(envelope, envelope.Name));
        Assert.Equal("{\"name\":\"not this one\"}", Raw(envelope, envelope.Arguments));
        Assert.Equal("\"p\"", Raw(envelope, envelope.RefName));
        Assert.Equal("7", Raw(envelope, envelope.CancelledId));
        Assert.Equal("12", Raw(envelope, envelope.ProgressToken));
        Assert.StartsWith("{\"progressToken\"", Raw(envelope, envelope.Meta), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"seen","Name":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"NAME":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"n\u0041me":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call","params":{"name":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"Params":{"name":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{},"param\u017f":{"name":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","paramſ":{"name":"hidden"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"mine","tas\u212aId":"another's"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"seen:","urı":"hidden:"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"seen","Name":"hidden"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"progresstoken":1}}}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"RequestID":2}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{},"Error":{"code":1,"message":"m"}}""")]
    public void A_key_that_a_careless_parser_would_take_for_another_is_refused(string json)
    {
        Assert.False(EnvelopeScanner.TryScan(Encoding.UTF8.GetBytes(json), out _, out var fault));
        Assert.Equal(JsonRpcCode.InvalidRequest, fault.Code);
    }

    [Theory]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/tasks":{}}}""", true)]
    [InlineData("""{"x":{"extensions":1},"extensions":{"other":{"io.modelcontextprotocol/tasks":{}},"io.modelcontextprotocol/t\u0061sks":{"a":[1]}},"z":2}""", true)]
    [InlineData("""{"extensions":{"other":{"io.modelcontextprotocol/tasks":{}}}}""", false)]
    [InlineData("""{"extensions":{"io.modelcontextprotocol/tasks":true}}""", false)]
    [InlineData("""{"extensions":[{"io.modelcontextprotocol/tasks":{}}],"tasks":{}}""", false)]
    [InlineData("{}", false)]
    public void A_request_says_whether_its_client_knows_tasks(string capabilities, bool knows)
    {
        var envelope = Scan($$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{{{capabilities}}},"progressToken":5},"name":"n"}}""");
        Assert.Equal(knows, envelope.DeclaresTasks);
        Assert.True(envelope.HasMetaClientCapabilities);
        Assert.Equal(("5", "n"), (Raw(envelope, envelope.ProgressToken), envelope.NameValue));
    }

    [Fact]
    public void A_message_without_an_id_is_a_notification()
    {
        var envelope = Scan("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");

        Assert.Equal(MessageKind.Notification, envelope.Kind);
        Assert.Null(envelope.Id);
        Assert.Null(envelope.Params);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"method":"x"}}""", false)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}""", true)]
    public void A_message_with_a_result_or_an_error_is_a_response(string json, bool isError)
    {
        var envelope = Scan(json);

        Assert.Equal(MessageKind.Response, envelope.Kind);
        Assert.Null(envelope.Method);
        Assert.Equal(isError, envelope.IsError);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("hello")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"} x""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"}{}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping",}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,/* c */"method":"ping"}""")]
    [InlineData("\uFEFF{}")]
    public void What_is_not_JSON_is_a_parse_error(string json) => Assert.Equal(JsonRpcCode.ParseError, Refused(Encoding.UTF8.GetBytes(json)).Code);

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_a_parse_error_wherever_they_stand()
    {
        byte[] body = [.. """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"a":"""u8, (byte)'"', 0xC0, 0xAF, .. "\"}}}"u8];

        Assert.Equal(JsonRpcCode.ParseError, Refused(body).Code);
    }

    [Fact]
    public void Sixty_four_levels_are_read_and_sixty_five_are_refused()
    {
        // The message and its params are two levels themselves.
        static string Nested(int levels) =>
            $$$"""{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":{{{new string('[', levels - 2)}}}{{{new string(']', levels - 2)}}}}}""";

        Assert.Equal("m", Scan(Nested(64)).Method);
        Assert.Equal(JsonRpcCode.ParseError, Refused(Encoding.UTF8.GetBytes(Nested(65))).Code);
    }

    [Theory]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""")]
    [InlineData("[]")]
    [InlineData("\"ping\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"id":1,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":2.0,"id":1,"method":"ping"}""")]
    [InlineData("""{"JsonRpc":"2.0","id":1,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"Method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1e3,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":[1],"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{},"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\udc00x"}}""")]
    public void What_is_not_one_message_is_an_invalid_request(string json) =>
        Assert.Equal(JsonRpcCode.InvalidRequest, Refused(Encoding.UTF8.GetBytes(json)).Code);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","jsonrpc":"2.0","id":5,"method":"m"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"a","method":"b","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"a","m\u0065thod":"b","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{},"params":{},"method":"b","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"name":"a","name":"b"},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"name":1,"n\u0061me":"b"},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"uri":"a","uri":"b"},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"arguments":{},"arguments":{}},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"cursor":"a","cursor":"b"},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"ref":{},"ref":{}},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"ref":{"name":"a","name":"b"}},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"_meta":{},"_meta":{}},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"_meta":{"progressToken":1,"progressToken":2}},"method":"m","id":5}""")]
    [InlineData("""{"jsonrpc":"2.0","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"a","io.modelcontextprotocol/protocolVersion":"b"}},"method":"m","id":5}""")]
    public void A_key_that_matters_may_not_occur_twice_and_the_fault_names_the_id(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);

        var fault = Refused(body);

        Assert.Equal(JsonRpcCode.InvalidRequest, fault.Code);
        Assert.Equal("5", Encoding.UTF8.GetString(fault.Id!.Value.Of(body)));
    }

    [Fact]
    public void An_id_that_occurs_twice_is_not_echoed()
    {
        var fault = Refused("""{"jsonrpc":"2.0","id":1,"id":2,"method":"m"}"""u8.ToArray());

        Assert.Equal(JsonRpcCode.InvalidRequest, fault.Code);
        Assert.Null(fault.Id);
    }

    [Fact]
    public void Keys_that_nobody_routes_by_may_occur_twice() =>
        Assert.Equal("m", Scan("""{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":1,"x":2,"arguments":{"name":1,"name":2}}}""").Method);

    [Fact]
    public void A_protocol_version_that_is_no_string_is_refused() =>
        Assert.Equal(
            JsonRpcCode.InvalidParams,
            Refused("""{"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":1}}}"""u8.ToArray()).Code);

    private static Envelope Scan(string json)
    {
        Assert.True(EnvelopeScanner.TryScan(Encoding.UTF8.GetBytes(json), out var envelope, out var fault), fault?.Message);
        return envelope;
    }

    private static ScanFault Refused(byte[] body)
    {
        Assert.False(EnvelopeScanner.TryScan(body, out _, out var fault));
        return fault;
    }

    private static string Raw(Envelope envelope, ByteRange? range) => Encoding.UTF8.GetString(range!.Value.Of(envelope.Body.Span));
}
