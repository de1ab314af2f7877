using System.Text;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class HeaderParametersTests
{
    private static string? FaultOf(string schema)
    {
        Read(schema, out var fault);
        return fault;
    }

    private static IReadOnlyList<HeaderParameter> Read(string schema, out string? fault) => HeaderParameters.Of(Encoding.UTF8.GetBytes($$"""{"name":"t","description":"x-mcp-header","inputSchema":{{schema}},"outputSchema":{"x-mcp-header":""} }"""), out fault);

    [Theory]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"Region"},"b":{"x-mcp-header":"Tier","type":"integer"},"c":{"type":"boolean","x-mcp-header":"C-1"} } }""")]
    [InlineData("""{"properties":{"a":{"properties":{"b":{"type":"string","x-mcp-header":"Deep"} } } } }""")]
    [InlineData("""{"properties":{"x-mcp-header":{"type":"number"},"a":{"default":{"x-mcp-header":""},"enum":[{"x-mcp-header":1}]} } }""")]
    [InlineData("true")]
    [InlineData("7")]
    public void What_fits_the_rules_or_is_no_annotation_is_let_be(string schema) => Assert.Null(FaultOf(schema));

    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":""} } }""", "empty")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":7} } }""", "no text")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"a b"} } }""", "no header name")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"a\r\nSet-Cookie: x"} } }""", "no header name")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"Name"},"b":{"type":"string","x-mcp-header":"nAME"} } }""", "twice")]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"N"},"b":{"properties":{"c":{"type":"string","x-mcp-header":"n"} } } } }""", "twice")]
    [InlineData("""{"properties":{"a":{"type":"number","x-mcp-header":"N"} } }""", "no string")]
    [InlineData("""{"properties":{"a":{"x-mcp-header":"N","type":"object"} } }""", "no string")]
    [InlineData("""{"properties":{"a":{"x-mcp-header":"N"} } }""", "no string")]
    [InlineData("""{"properties":{"a":{"type":["string","null"],"x-mcp-header":"N"} } }""", "no string")]
    [InlineData("""{"type":"string","x-mcp-header":"N"}""", "no chain")]
    [InlineData("""{"properties":{"a":{"items":{"type":"string","x-mcp-header":"N"} } } }""", "no chain")]
    [InlineData("""{"properties":{"a":{"items":{"properties":{"b":{"type":"string","x-mcp-header":"N"} } } } } }""", "no chain")]
    [InlineData("""{"anyOf":[true,{"properties":{"b":{"type":"string","x-mcp-header":"N"} } }]}""", "no chain")]
    [InlineData("""{"$defs":{"d":{"type":"string","x-mcp-header":"N"} } }""", "no chain")]
    [InlineData("""{"additionalProperties":{"type":"string","x-mcp-header":"N"} }""", "no chain")]
    public void What_no_client_could_send_is_a_fault(string schema, string expected) => Assert.Contains(expected, FaultOf(schema), StringComparison.Ordinal);

    [Fact]
    public void What_is_annotated_is_found_with_the_way_there()
    {
        var found = Read("""{"properties":{"a":{"type":"string","x-mcp-header":"Region"},"b":{"properties":{"c":{"x-mcp-header":"Deep","type":"integer"},"d":{"type":"string"} } } } }""", out var fault);
        Assert.Null(fault);
        Assert.Equal([("Region", "a"), ("Deep", "b/c")], found.Select(parameter => (parameter.Name, string.Join('/', parameter.Path))));
        Assert.Empty(Read("""{"properties":{"a":{"type":"string"} } }""", out _));
    }
}
