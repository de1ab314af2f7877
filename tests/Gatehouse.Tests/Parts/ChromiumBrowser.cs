using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;

namespace Gatehouse.Tests.Parts;

/// <summary>A real Chromium, headless: it obeys cookies, content security policy and form rules as a user's browser does.</summary>
internal sealed class ChromiumBrowser : IBrowser, IAsyncDisposable
{
    private static readonly string[] _places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] _arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private readonly IPlaywright _playwright;
    private readonly Microsoft.Playwright.IBrowser _chromium;
    private readonly string _email;
    private readonly List<string> _complaints = [];

    private ChromiumBrowser(IPlaywright playwright, Microsoft.Playwright.IBrowser chromium, string email) =>
        (_playwright, _chromium, _email) = (playwright, chromium, email);

    /// <summary>Where Chromium is.</summary>
    public static string Program => _places.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("The tests need Chromium: the Debian package chromium. ./test installs it.");

    /// <summary>What the browser's console reported as an error: a blocked style, a refused form, a failed request.</summary>
    public IReadOnlyList<string> Complaints
    {
        get { lock (_complaints) return [.. _complaints]; }
    }

    public static async Task<ChromiumBrowser> StartAsync(string email)
    {
        var playwright = await Playwright.CreateAsync();
        var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = _arguments });
        return new ChromiumBrowser(playwright, chromium, email);
    }

    public async Task SignInAsync(Uri authorizationUrl, CancellationToken cancellationToken)
    {
        var callback = QueryHelpers.ParseQuery(authorizationUrl.Query)["redirect_uri"].ToString();
        var page = await _chromium.NewPageAsync();
        page.Console += (_, message) =>
        {
            // Every browser asks for an icon, and nobody has promised it one.
            if (message.Type is not "error" || message.Location.Contains("/favicon.ico", StringComparison.Ordinal)) return;
            lock (_complaints) _complaints.Add($"{message.Location}: {message.Text}");
        };
        await page.GotoAsync(authorizationUrl.AbsoluteUri).WaitAsync(cancellationToken);
        while (!page.Url.StartsWith(callback, StringComparison.Ordinal))
        {
            var here = page.Url;
            await AnswerAsync(page).WaitAsync(cancellationToken);
            await page.WaitForURLAsync(url => url != here).WaitAsync(cancellationToken);
        }

        await page.CloseAsync();
    }

    private async Task AnswerAsync(IPage page)
    {
        var allow = page.Locator("form [name=decision][value=allow]");
        if (await allow.CountAsync() > 0)
        {
            await allow.ClickAsync();
            return;
        }

        var submit = page.Locator("form button:not([type=button]), form input[type=submit]").First;
        var user = page.Locator($"form [value=\"{_email}\"]:not([type=hidden])");
        if (await user.CountAsync() == 0)
        {
            await page.Locator("form input[name=email]").FillAsync(_email);
            await submit.ClickAsync();
            return;
        }

        // Asked before the click, which may lead to the next page.
        var isChoice = await user.First.EvaluateAsync<string>("control => control.type") is "radio";
        await user.First.ClickAsync();
        if (isChoice) await submit.ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }
}
