using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>
/// Notes every secret that passes: tokens, codes, client secrets, cookies, whichever client they are for. What a test knows
/// here must be in no log and no audit row.
/// </summary>
internal sealed class Wiretap : IStartupFilter
{
    private static readonly string[] _secretFields = ["access_token", "refresh_token", "id_token", "client_secret", "registration_access_token"];
    private readonly ConcurrentDictionary<string, string> _secrets = new();

    /// <summary>Each secret, and what it is.</summary>
    public IReadOnlyDictionary<string, string> Secrets => _secrets;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(ListenAsync);
        next(app);
    };

    private async Task ListenAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers.Authorization.ToString() is { Length: > 0 } credential) Note("credential", credential.Split(' ')[^1]);
        var issues = http.Request.Path.Equals("/oauth/token") || http.Request.Path.Equals("/oauth/register");
        if (!issues)
        {
            http.Response.OnStarting(() =>
            {
                NoteHeaders(http.Response);
                return Task.CompletedTask;
            });
            await next(http);
            return;
        }

        var body = http.Response.Body;
        using var copy = new MemoryStream();
        http.Response.Body = copy;
        try
        {
            await next(http);
        }
        finally
        {
            http.Response.Body = body;
        }

        NoteFields(copy);
        copy.Position = 0;
        await copy.CopyToAsync(body, http.RequestAborted);
    }

    private void NoteHeaders(HttpResponse response)
    {
        foreach (var cookie in SetCookieHeaderValue.ParseList([.. response.Headers.SetCookie.OfType<string>()]))
        {
            if (cookie.Value.Length > 0) Note("cookie", cookie.Value.ToString());
        }

        if (response.Headers.Location.ToString() is not { Length: > 0 } location) return;
        var query = location.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && QueryHelpers.ParseQuery(location[query..]).TryGetValue("code", out var code)) Note("code", code.ToString());
    }

    private void NoteFields(MemoryStream json)
    {
        if (json.Length == 0) return;
        using var document = JsonDocument.Parse(json.GetBuffer().AsMemory(0, (int)json.Length));
        foreach (var field in _secretFields)
        {
            if (document.RootElement.TryGetProperty(field, out var value)) Note(field, value.GetString()!);
        }
    }

    private void Note(string kind, string secret) => _secrets.TryAdd(secret, kind);
}
