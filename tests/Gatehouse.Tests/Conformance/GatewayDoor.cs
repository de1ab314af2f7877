using Gatehouse.Core.Configuration;
using Gatehouse.Tests.EndToEnd;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Conformance;

/// <summary>
/// Puts a gateway between a client under test and the server that the suite has just started for it: the client posts the
/// server's URL here, and gets the URL and the access token to use in its place.
/// </summary>
internal sealed class GatewayDoor : IAsyncDisposable
{
    private const string Server = "mock";

    private readonly WebApplication _app;
    private readonly PostgresServer _postgres;
    private Harness? _gatehouse;

    private GatewayDoor(PostgresServer postgres)
    {
        _postgres = postgres;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        _app = builder.Build();
        _app.UseRouting();
        _app.MapPost("/", EnterAsync);
    }

    /// <summary>What the client needs in its environment to come here.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["GATEWAY_DOOR"] = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single(),
    };

    public static async Task<GatewayDoor> OpenAsync(PostgresServer postgres, CancellationToken cancellationToken)
    {
        var door = new GatewayDoor(postgres);
        await door._app.StartAsync(cancellationToken);
        return door;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        if (_gatehouse is not null) await _gatehouse.DisposeAsync();
    }

    private async Task EnterAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var servers = new Dictionary<string, ServerSettings> { [Server] = new() { Url = new Uri(await reader.ReadToEndAsync(http.RequestAborted)) } };
        _gatehouse = await Harness.StartAsync(Topology.Embedded, _postgres, servers, http.RequestAborted);
        var tokens = await _gatehouse.SignInAsync(Harness.Alice, http.RequestAborted, server: Server);
        await http.Response.WriteAsJsonAsync(new { url = _gatehouse.Mcp(Server), accessToken = tokens.AccessToken }, http.RequestAborted);
    }
}
