using System.Text;
using System.Text.Json;
using CsCheck;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class EnvelopeScannerProperties
{
    private static readonly string[] _routingKeys = ["jsonrpc", "id", "method", "params", "name", "uri", "arguments", "_meta", "ref", "taskId"];

    [Fact]
    public void The_scanner_reads_what_JsonDocument_reads_or_refuses() => RandomMessages.Message.Sample(json =>
    {
        var body = Encoding.UTF8.GetBytes(json);
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var parameters = root.GetProperty("params");
        if (!EnvelopeScanner.TryScan(body, out var envelope, out var fault))
        {
            Assert.Equal(JsonRpcCode.InvalidRequest, fault.Code);
            Assert.True(HasDuplicates(parameters) || HasLookalike(root) || HasLookalike(parameters), $"{fault.Message} {json}");
            return;
        }

        Assert.Equal(root.GetProperty("method").GetString(), envelope.Method);
        Assert.Equal(root.GetProperty("id").GetRawText(), Raw(envelope, envelope.Id));
        Assert.Equal(parameters.GetRawText(), Raw(envelope, envelope.Params));
        Assert.Equal(Text(parameters, "name"), envelope.NameValue);
        Assert.Equal(Text(parameters, "uri"), envelope.UriValue);
        Assert.Equal(parameters.TryGetProperty("arguments", out var arguments) ? arguments.GetRawText() : null, Raw(envelope, envelope.Arguments));
        if (parameters.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object)
        {
            Assert.Equal(meta.GetRawText(), Raw(envelope, envelope.Meta));
        }
    });

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_throw() => Gen.Select(RandomMessages.Message, Gen.Int[0, 400], Gen.Byte).Sample((json, at, value) =>
    {
        var body = Encoding.UTF8.GetBytes(json);
        body[at % body.Length] = value;

        if (EnvelopeScanner.TryScan(body, out _, out _))
        {
            using var document = JsonDocument.Parse(body);
            Assert.Equal("2.0", document.RootElement.GetProperty("jsonrpc").GetString());
        }
    });

    private static bool HasDuplicates(JsonElement element) => element.ValueKind == JsonValueKind.Object
        && (element.EnumerateObject().GroupBy(member => member.Name).Any(group => group.Count() > 1)
            || element.EnumerateObject().Any(member => HasDuplicates(member.Value)));

    /// <summary>A key that differs from one that routing reads by case alone.</summary>
    private static bool HasLookalike(JsonElement element) => element.EnumerateObject()
        .Any(member => _routingKeys.Contains(member.Name, StringComparer.OrdinalIgnoreCase) && !_routingKeys.Contains(member.Name));

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Raw(Envelope envelope, ByteRange? range) => range is { } r ? Encoding.UTF8.GetString(r.Of(envelope.Body.Span)) : null;
}
