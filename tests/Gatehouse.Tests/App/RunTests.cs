using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Tests.App;

/// <summary><c>gatehouse run</c> as a process.</summary>
public sealed class RunTests : IDisposable
{
    private static readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());

    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task It_serves_until_it_is_told_to_stop_and_then_ends_well(string signal)
    {
        var port = TestFolder.FreePort();
        _folder.WriteConfiguration(port);
        await using var process = GatehouseProcess.Start(_folder.Path, null, "run");
        await process.LineAsync(line => line.StartsWith("Ready after ", StringComparison.Ordinal), Cancellation);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync($"http://127.0.0.1:{port}/health"));

        var asked = Stopwatch.GetTimestamp();
        await process.SignalAsync(signal, Cancellation);
        var ending = await process.EndAsync(Cancellation);
        Assert.Equal((0, ""), (ending.ExitCode, ending.Errors));
        Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task It_says_how_to_connect_and_where_state_lies()
    {
        var port = TestFolder.FreePort();
        _folder.WriteConfiguration(port);
        await using var process = GatehouseProcess.Start(_folder.Path, null, "run", "gatehouse.json");
        await process.LineAsync(line => line.StartsWith("Ready after ", StringComparison.Ordinal), Cancellation);
        await process.SignalAsync("TERM", Cancellation);
        var output = (await process.EndAsync(Cancellation)).Output;
        foreach (var part in new[]
        {
            $"http://127.0.0.1:{port}/mcp\n",
            $"claude mcp add --transport http gatehouse http://127.0.0.1:{port}/mcp\n",
            $$"""code --add-mcp '{"name":"gatehouse","type":"http","url":"http://127.0.0.1:{{port}}/mcp"}'""",
            $"npx @modelcontextprotocol/inspector --transport http --server-url http://127.0.0.1:{port}/mcp\n",
            $"SQLite in {Path.Combine(_folder.Path, "data")}\n",
        })
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        _folder.WriteConfiguration(port);
        var ending = await GatehouseProcess.RunAsync(_folder.Path, Cancellation, "run");
        Assert.Equal(69, ending.ExitCode);
        Assert.Equal($"gatehouse: cannot listen on 127.0.0.1:{port}: another program listens there. Stop it, or set listen (and publicUrl) to another port.\n", ending.Errors);
        Assert.DoesNotContain("   at ", ending.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_one_line()
    {
        _folder.Write("gatehouse.json", """{ "publicUrl": "https://mcp.example.com", "listen": ["http://192.0.2.1:18080"], "identity": { "provider": "oidc", "oidc": { "issuer": "https://login.example.com", "clientId": "c", "allowedDomains": ["example.com"] } } }""");
        var ending = await GatehouseProcess.RunAsync(_folder.Path, Cancellation, "run");
        Assert.Equal((69, "gatehouse: cannot listen on 192.0.2.1:18080: this machine has no such address. Check listen.\n"), (ending.ExitCode, ending.Errors));
    }

    [Fact]
    public async Task An_idle_process_is_content_with_little_memory()
    {
        _folder.WriteConfiguration(TestFolder.FreePort());
        await using var process = GatehouseProcess.Start(_folder.Path, null, "run");
        await process.LineAsync(line => line.StartsWith("Ready after ", StringComparison.Ordinal), Cancellation);
        var resident = (await File.ReadAllLinesAsync($"/proc/{process.Id}/status", Cancellation))
            .Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        Assert.InRange(long.Parse(resident, CultureInfo.InvariantCulture) / 1024, 1, 150);
    }

    [Theory]
    [InlineData("pool", false)]
    [InlineData("inline", true)]
    public async Task Scheduled_inline_every_core_watches_sockets(string scheduling, bool all)
    {
        var port = TestFolder.FreePort();
        _folder.WriteConfiguration(port, $$""", "scheduling": "{{scheduling}}" """);
        await using var process = GatehouseProcess.Start(_folder.Path, null, "run");
        await process.LineAsync(line => line.StartsWith("Ready after ", StringComparison.Ordinal), Cancellation);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"http://127.0.0.1:{port}/.well-known/oauth-authorization-server/oauth")).Status);
        var watching = Directory.EnumerateDirectories($"/proc/{process.Id}/task").Count(thread => File.ReadAllText($"{thread}/comm") == ".NET Sockets\n");
        Assert.Equal(all ? Environment.ProcessorCount : Math.Max(1, Environment.ProcessorCount / 30), watching);
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = await _http.SendAsync(request, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
