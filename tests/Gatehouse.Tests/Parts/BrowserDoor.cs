using Gatehouse.Tests.Architecture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Parts;

/// <summary>
/// Lends a browser of the tests to other programs: <c>$BROWSER</c> is a script that posts the URL here and waits until the
/// browser is through.
/// </summary>
internal sealed class BrowserDoor : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _visits;

    private BrowserDoor(IBrowser browser)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        _app = builder.Build();
        _app.UseRouting();
        _app.MapPost("/", http => VisitAsync(browser, http));
    }

    /// <summary>How often a browser was opened.</summary>
    public int Visits => _visits;

    /// <summary>Never completes, but fails as soon as the browser did: a client whose browser failed would wait for ever.</summary>
    public Task Failed => _failed.Task;

    /// <summary>What a program needs in its environment to open this browser.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["BROWSER"] = Repository.PathOf("tests", "interop", "clients", "browser.mjs"),
        ["BROWSER_DOOR"] = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single(),
    };

    public static async Task<BrowserDoor> OpenAsync(IBrowser browser, CancellationToken cancellationToken)
    {
        var door = new BrowserDoor(browser);
        await door._app.StartAsync(cancellationToken);
        return door;
    }

    private async Task VisitAsync(IBrowser browser, HttpContext http)
    {
        Interlocked.Increment(ref _visits);
        using var reader = new StreamReader(http.Request.Body);
        try
        {
            await browser.SignInAsync(new Uri(await reader.ReadToEndAsync(http.RequestAborted)), http.RequestAborted);
        }
        catch (Exception failure)
        {
            _failed.TrySetException(failure);
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
            await http.Response.WriteAsync(failure.Message, http.RequestAborted);
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
