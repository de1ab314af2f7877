using System.Net;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Tests.Parts;

/// <summary>
/// A browser without a screen: cookies, redirects and forms as HTML defines them, no script. It signs in as one user and
/// presses one button of the consent page.
/// </summary>
internal sealed class FakeBrowser(string email, string decision = "allow") : IBrowser, IDisposable
{
    private const int MostSteps = 20;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

    public async Task SignInAsync(Uri authorizationUrl, CancellationToken cancellationToken)
    {
        var callback = await AuthorizeAsync(authorizationUrl, cancellationToken);
        using var response = await _http.GetAsync(callback, cancellationToken);
        if (!response.IsSuccessStatusCode) throw new BrowserException($"the client's callback answered {(int)response.StatusCode}");
    }

    /// <summary>The same, but stops before the callback.</summary>
    /// <returns>The callback's URL with all that was handed to the client.</returns>
    public async Task<Uri> AuthorizeAsync(Uri authorizationUrl, CancellationToken cancellationToken)
    {
        var redirectUri = new Uri(QueryHelpers.ParseQuery(authorizationUrl.Query)["redirect_uri"].ToString());
        var request = new HttpRequestMessage(HttpMethod.Get, authorizationUrl);
        for (var step = 0; step < MostSteps; step++)
        {
            using var response = await SendAsync(request, cancellationToken);
            if (Location(response) is { } location)
            {
                if (IsAt(location, redirectUri)) return location;
                request = new HttpRequestMessage(HttpMethod.Get, location);
                continue;
            }

            var page = await ReadAsync(response, cancellationToken);
            if (!response.IsSuccessStatusCode) throw new BrowserException($"{(int)response.StatusCode} at {response.RequestMessage!.RequestUri!.AbsolutePath}: {TextOf(page)}");
            request = Submit(page);
        }

        throw new BrowserException($"no end after {MostSteps} steps");
    }

    /// <summary>One request with this browser's cookies, redirects not followed: for tests that look at a page itself.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        return _http.SendAsync(request, cancellationToken);
    }

    /// <summary>The page of a response, parsed.</summary>
    public static async Task<IDocument> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var html = await response.Content.ReadAsStringAsync(cancellationToken);
        var address = response.RequestMessage!.RequestUri!.AbsoluteUri;
        return await BrowsingContext.New(AngleSharp.Configuration.Default).OpenAsync(page => page.Content(html).Address(address), cancellationToken);
    }

    /// <summary>Fills the one form that this user can answer, and presses its button.</summary>
    public HttpRequestMessage Submit(IDocument page) => page.Forms.Select(Answer).FirstOrDefault(answer => answer is not null)
        ?? throw new BrowserException($"a page with no form for {email}: {TextOf(page)}");

    private HttpRequestMessage? Answer(IHtmlFormElement form)
    {
        IHtmlElement? button = null;
        foreach (var control in form.Elements.OfType<IHtmlElement>())
        {
            switch (control)
            {
                case IHtmlButtonElement { Type: "submit", Name: "decision" } choice when choice.Value == decision: button = choice; break;
                case IHtmlButtonElement { Type: "submit" } user when user.Value == email: button = user; break;
                case IHtmlInputElement { Type: "submit" } choice when choice.Value == decision || choice.Value == email: button = choice; break;
                case IHtmlInputElement { Type: "radio" } user when user.Value == email:
                    user.IsChecked = true;
                    button ??= SubmitButtonOf(form);
                    break;
                case IHtmlInputElement { Name: "email", Type: "email" or "text" } field when button is null:
                    field.Value = email;
                    button = SubmitButtonOf(form);
                    break;
            }
        }

        return button is null ? null : Request(form, button);
    }

    private static IHtmlElement? SubmitButtonOf(IHtmlFormElement form) => form.Elements.OfType<IHtmlElement>().FirstOrDefault(control =>
        control is IHtmlButtonElement { Type: "submit" } or IHtmlInputElement { Type: "submit" });

    private static HttpRequestMessage Request(IHtmlFormElement form, IHtmlElement button)
    {
        var submission = form.GetSubmission(button) ?? throw new BrowserException("the form cannot be submitted");
        var isPost = submission.Method is AngleSharp.Io.HttpMethod.Post;
        var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, submission.Target.Href);
        if (!isPost) return request;
        request.Content = new StreamContent(submission.Body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", submission.MimeType);
        // A browser names where a form was posted from.
        request.Headers.TryAddWithoutValidation("Origin", form.Owner!.Origin);
        return request;
    }

    private static Uri? Location(HttpResponseMessage response) =>
        response is { StatusCode: HttpStatusCode.Redirect or HttpStatusCode.SeeOther, Headers.Location: { } location }
            ? new Uri(response.RequestMessage!.RequestUri!, location)
            : null;

    private static bool IsAt(Uri location, Uri redirectUri) => location.GetLeftPart(UriPartial.Path) == redirectUri.GetLeftPart(UriPartial.Path);

    private static string TextOf(IDocument page) => string.Join(' ', page.Body?.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? []);

    public void Dispose() => _http.Dispose();
}

/// <summary>The person at the browser came to a page that they cannot get past.</summary>
internal sealed class BrowserException(string message) : Exception(message);
