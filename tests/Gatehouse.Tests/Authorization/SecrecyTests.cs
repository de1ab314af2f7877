using System.Collections.Concurrent;
using Gatehouse.Authorization.Protocol;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Server.AspNetCore;

namespace Gatehouse.Tests.Authorization;

public sealed class SecrecyTests(SqliteProtocol fixture) : ProtocolTests(fixture), IClassFixture<SqliteProtocol>
{
    [Fact]
    public async Task No_code_token_or_verifier_is_ever_logged()
    {
        using var logs = new Logs();
        await using var process = await Fixture.StartAsync(Fixture.NewSettings(), Cancellation, configure: builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace);
            builder.Services.AddSingleton<ILoggerProvider>(logs);
        });
        using var client = await new OAuthClient(process.Root).RegisterAsync(Cancellation);
        var code = await client.CodeAsync(Cancellation);
        var first = await client.ExchangeAsync(code, Cancellation);
        var second = await client.RefreshAsync(first.RefreshToken, Cancellation);
        await client.RefreshAsync(first.RefreshToken, Cancellation);
        await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", second.AccessToken), ("client_id", client.ClientId));
        Assert.NotEmpty(logs.Lines);
        foreach (var secret in (string[])[code, client.Verifier, first.AccessToken, first.RefreshToken, second.AccessToken, second.RefreshToken])
        {
            Assert.DoesNotContain(logs.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task OpenIddict_looks_at_no_request_but_those_of_its_endpoints()
    {
        var schemes = Process.Get<IAuthenticationSchemeProvider>();
        Assert.DoesNotContain(await schemes.GetRequestHandlerSchemesAsync(), scheme => scheme.Name == OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        Assert.Equal(typeof(EndpointScheme), (await schemes.GetSchemeAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme))!.HandlerType);
    }

    private sealed class Logs : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
