using System.Text;
using System.Text.Json;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

public sealed class ArgumentRecordTests
{
    [Fact]
    public void A_summary_has_names_and_sizes_and_no_value() =>
        Assert.Equal("""{"path":12,"deep":10,"n":4}""", ArgumentRecord.Summary("""{ "path": "/etc/hosts", "deep": {"a":"b" }, "n": 1e10 }"""u8));

    [Theory]
    [InlineData("""{"password":"hunter2"}""")]
    [InlineData("""{"userPassword":"hunter2"}""")]
    [InlineData("""{"api_key":"hunter2"}""")]
    [InlineData("""{"apiKey":{"a":["hunter2"]}}""")]
    [InlineData("""{"nested":[{"Authorization":"hunter2"}]}""")]
    [InlineData("""{"client_secret":"hunter2"}""")]
    [InlineData("""{"accessToken":"hunter2"}""")]
    [InlineData("""{"p\u0061ssword":"hunter2"}""")]
    [InlineData("""{"header":"Bearer hunter2hunter2"}""")]
    [InlineData("""{"text":"key eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.sig hunter2"}""")]
    [InlineData("""{"list":["AKIAIOSFODNN7EXAMPLE hunter2"]}""")]
    [InlineData("""{"url":"https://user:hunter2@example.com/"}""")]
    [InlineData("""{"pem":"-----BEGIN RSA PRIVATE KEY----- hunter2"}""")]
    [InlineData("""{"git":"ghp_0123456789abcdefghij hunter2"}""")]
    public void What_looks_like_a_secret_is_masked(string arguments)
    {
        var record = ArgumentRecord.Full(Encoding.UTF8.GetBytes(arguments));
        Assert.DoesNotContain("hunter2", record, StringComparison.Ordinal);
        Assert.Contains("[masked]", record, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_is_kept_with_its_numbers_as_written() =>
        Assert.Equal("""{"query":"passing","n":1.50e2,"on":true,"none":null,"list":[1,{"a":"b"}]}""", ArgumentRecord.Full("""{"query":"passing","n":1.50e2,"on":true,"none":null,"list":[1,{"a":"b"}]}"""u8));

    [Fact]
    public void Too_much_leaves_its_size()
    {
        var large = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', ArgumentRecord.MaxLength)}}"}""");
        Assert.Equal($$"""{"(bytes)":{{large.Length}}}""", ArgumentRecord.Full(large));
        Assert.Equal("""{"text":16386}""", ArgumentRecord.Summary(large));
    }

    [Theory]
    [InlineData("""["a"]""")]
    [InlineData("""{"half":"\ud800"}""")]
    [InlineData("""{"\udc00":1}""")]
    public void What_cannot_be_kept_leaves_its_size(string arguments)
    {
        using var record = JsonDocument.Parse(ArgumentRecord.Full(Encoding.UTF8.GetBytes(arguments)));
        Assert.Equal(arguments.Length, record.RootElement.GetProperty("(bytes)").GetInt32());
    }
}
