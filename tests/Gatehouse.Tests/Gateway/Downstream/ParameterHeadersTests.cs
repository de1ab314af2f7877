using System.Text;
using Gatehouse.Gateway.Downstream;
using Gatehouse.Gateway.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.Gateway.Downstream;

/// <summary>Arguments that travel as headers too: the two must say the same.</summary>
public sealed class ParameterHeadersTests
{
    private static readonly HeaderParameter[] _region = [new("Region", ["where", "region"])];

    private static Refusal? Compare(string arguments, params string[] headers)
    {
        var http = new HeaderDictionary();
        if (headers.Length > 0) http["mcp-param-REGION"] = headers;
        return ParameterHeaders.Compare(_region, http, Encoding.UTF8.GetBytes(arguments));
    }

    [Theory]
    [InlineData("\"eu\"", "eu")]
    [InlineData("\"\\u0065u\"", " eu\t")]
    [InlineData("\"eu\"", "=?base64?ZXU=?=")]
    [InlineData("\"Zürich\"", "=?base64?WsO8cmljaA==?=")]
    [InlineData("\"\"", "")]
    [InlineData("42", "42")]
    [InlineData("42.0", "42")]
    [InlineData("42", "42.0")]
    [InlineData("-7", "-7")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("1e400", "1e400")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", "anything")]
    public void Header_and_argument_agree(string value, string header) => Assert.Null(Compare($$$"""{"where":{"region":{{{value}}}}}""", header));

    [Theory]
    [InlineData("""{"where":{"region":null}}""")]
    [InlineData("""{"where":{}}""")]
    [InlineData("""{"where":null}""")]
    [InlineData("""{"region":"eu"}""")]
    [InlineData("")]
    [InlineData("""{"where":{"region":9007199254740993}}""")]
    [InlineData("""{"where":{"region":["eu"]}}""")]
    public void Without_a_value_that_a_header_can_tell_none_is_expected(string arguments) => Assert.Null(Compare(arguments));

    [Theory]
    [InlineData("""{"where":{"region":"eu"}}""", "us")]
    [InlineData("""{"where":{"region":"eu"}}""", "EU")]
    [InlineData("""{"where":{"region":"eu"}}""", "=?base64?ZXU?=")]
    [InlineData("""{"where":{"region":"eu"}}""", "=?base64?/w==?=")]
    [InlineData("""{"where":{"region":"eu","region":"us"}}""", "us")]
    [InlineData("""{"where":{"region":"us","\u0072egion":"eu"}}""", "us")]
    [InlineData("""{"where":{"region":"us"},"where":{"region":"eu"}}""", "us")]
    [InlineData("""{"where":{"region":["us"]}}""", "us")]
    [InlineData("""{"where":{"region":{"us":1}}}""", "us")]
    [InlineData("""{"where":"us"}""", "us")]
    [InlineData("""["us"]""", "us")]
    [InlineData("""{"where":{"region":"\ud800"}}""", "us")]
    [InlineData("""{"where":{"region":42}}""", "43")]
    [InlineData("""{"where":{"region":42}}""", "4_2")]
    [InlineData("""{"where":{"region":true}}""", "True")]
    public void Who_routes_by_the_header_is_not_told_another_thing_than_the_tool(string arguments, string header)
    {
        var refusal = Compare(arguments, header);
        Assert.Equal((400, JsonRpcCode.HeaderMismatch, "The header Mcp-Param-Region is missing or differs from the argument where.region"), (refusal?.Status, refusal?.Code, refusal?.Message));
    }

    [Theory]
    [InlineData("\"eu\"")]
    [InlineData("42")]
    [InlineData("false")]
    public void A_value_without_its_header_is_refused(string value) => Assert.Equal(JsonRpcCode.HeaderMismatch, Compare($$$"""{"where":{"region":{{{value}}}}}""")?.Code);

    [Fact]
    public void A_header_that_is_there_twice_says_nothing() => Assert.NotNull(Compare("""{"where":{"region":"eu"}}""", "eu", "eu"));
}
