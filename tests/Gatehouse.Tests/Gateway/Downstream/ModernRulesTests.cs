using System.Text;
using System.Text.Json;
using Gatehouse.Gateway.Downstream;
using Gatehouse.Gateway.Protocol;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.Gateway.Downstream;

/// <summary>MCP 2026-07-28, Streamable HTTP: what must agree between headers and body.</summary>
public sealed class ModernRulesTests
{
    private const string Meta = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";

    [Theory]
    [InlineData("tools/list", null)]
    [InlineData("tools/call", "echo")]
    [InlineData("tools/call", " echo\t")]
    [InlineData("tools/call", "=?base64?ZWNobw==?=")]
    public void A_request_whose_headers_agree_passes(string method, string? name) =>
        Assert.Null(Check(method, $$"""{"name":"echo",{{Meta}}}""", "2026-07-28", method, name));

    [Theory]
    [InlineData(null, "tools/call", "echo", JsonRpcCode.HeaderMismatch)]
    [InlineData("2025-11-25", "tools/call", "echo", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", null, "echo", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "tools/list", "echo", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "Tools/Call", "echo", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "tools/call", null, JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "tools/call", "other", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "tools/call", "Echo", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "tools/call", "=?base64?%%%?=", JsonRpcCode.HeaderMismatch)]
    [InlineData("2026-07-28", "tools/call", "=?base64?/w==?=", JsonRpcCode.HeaderMismatch)]
    public void A_request_whose_headers_disagree_is_refused(string? version, string? method, string? name, int code)
    {
        var refusal = Check("tools/call", $$"""{"name":"echo",{{Meta}}}""", version, method, name)!;
        Assert.Equal((400, code), (refusal.Status, refusal.Code));
    }

    [Theory]
    [InlineData("""{"name":"echo"}""")]
    [InlineData("""{"name":"echo","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}""")]
    [InlineData("""{"name":"echo","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":1}}""")]
    public void A_request_without_its_meta_is_refused(string parameters)
    {
        var refusal = Check("tools/call", parameters, "2026-07-28", "tools/call", "echo")!;
        Assert.Equal((400, JsonRpcCode.InvalidParams), (refusal.Status, refusal.Code));
    }

    [Fact]
    public void An_unknown_revision_learns_which_one_is_supported()
    {
        var refusal = Check("tools/list", Meta.Replace("2026-07-28", "v999.0.0", StringComparison.Ordinal) is var meta ? $"{{{meta}}}" : "", "v999.0.0", "tools/list", null)!;
        using var error = JsonDocument.Parse(MessageWriter.Error("1"u8, refusal.Code, refusal.Message, refusal.Data));
        var data = error.RootElement.GetProperty("error").GetProperty("data");
        Assert.Equal((400, JsonRpcCode.UnsupportedVersion), (refusal.Status, refusal.Code));
        Assert.Equal("v999.0.0", data.GetProperty("requested").GetString());
        Assert.Equal("2026-07-28", Assert.Single(data.GetProperty("supported").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("initialize")]
    [InlineData("ping")]
    [InlineData("logging/setLevel")]
    [InlineData("resources/subscribe")]
    [InlineData("resources/unsubscribe")]
    public void A_removed_method_is_not_found(string method)
    {
        var refusal = Check(method, $"{{{Meta}}}", "2026-07-28", method, null)!;
        Assert.Equal((404, JsonRpcCode.MethodNotFound), (refusal.Status, refusal.Code));
    }

    private static Refusal? Check(string method, string parameters, string? versionHeader, string? methodHeader, string? nameHeader)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""");
        Assert.True(EnvelopeScanner.TryScan(body, out var message, out _));
        var headers = new HeaderDictionary();
        if (versionHeader is not null) headers["mcp-protocol-version"] = versionHeader;
        if (methodHeader is not null) headers["MCP-METHOD"] = methodHeader;
        if (nameHeader is not null) headers["Mcp-Name"] = nameHeader;
        return ModernRules.Check(headers, message);
    }
}
