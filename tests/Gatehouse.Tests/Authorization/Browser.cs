using System.Net;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Authorization;

/// <summary>
/// A browser without a window: keeps cookies by host as browsers do, follows redirects, submits forms. The public address leads to
/// the socket that Gatehouse listens on, as TLS and a name would.
/// </summary>
internal sealed partial class Browser(Uri publicUrl, Uri socket) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private readonly Dictionary<(string Host, string Name), string> _cookies = [];

    public IReadOnlyDictionary<(string Host, string Name), string> Cookies => _cookies;

    public void SetCookie(string name, string value) => _cookies[(publicUrl.Host, name)] = value;

    /// <param name="address">Where to; a path means Gatehouse.</param>
    /// <param name="stopBefore">Where not to follow a redirect to: the landing is then the redirect itself.</param>
    /// <param name="headers">Headers to send on the first request.</param>
    public Task<Landing> GoAsync(string address, Func<Uri, bool>? stopBefore = null, params (string Name, string Value)[] headers) =>
        FollowAsync(HttpMethod.Get, new Uri(publicUrl, address), null, stopBefore, headers);

    /// <summary>Submits a form of the page: its hidden fields, and what is filled in.</summary>
    public Task<Landing> SubmitAsync(Landing page, Func<Form, bool> which, Func<Uri, bool>? stopBefore = null, params (string Name, string Value)[] fields)
    {
        var form = page.Forms.First(which);
        var filled = form.Fields.Where(field => fields.All(given => given.Name != field.Name)).Concat(fields.Select(field => (field.Name, field.Value)));
        return PostAsync(new Uri(page.Address, form.Action).AbsoluteUri, [.. filled], stopBefore);
    }

    public Task<Landing> PostAsync(string address, (string Name, string Value)[] fields, Func<Uri, bool>? stopBefore = null, params (string Name, string Value)[] headers) =>
        FollowAsync(HttpMethod.Post, new Uri(publicUrl, address), fields, stopBefore, headers);

    public void Dispose() => _http.Dispose();

    private async Task<Landing> FollowAsync(HttpMethod method, Uri address, (string Name, string Value)[]? fields, Func<Uri, bool>? stopBefore, (string Name, string Value)[] headers)
    {
        var setCookies = new List<string>();
        var trace = new List<string>();
        for (var hops = 0; hops < 20; hops++)
        {
            using var request = new HttpRequestMessage(method, SameOrigin(address, publicUrl) ? new Uri(socket, address.PathAndQuery) : address);
            request.Headers.Host = address.Authority;
            if (method == HttpMethod.Post) request.Content = new FormUrlEncodedContent(fields!.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            var cookies = string.Join("; ", _cookies.Where(cookie => cookie.Key.Host == address.Host).Select(cookie => $"{cookie.Key.Name}={cookie.Value}"));
            if (cookies.Length > 0) request.Headers.Add("Cookie", cookies);
            foreach (var (name, value) in headers)
            {
                if (name == "Host") request.Headers.Host = value;
                else request.Headers.Add(name, value);
            }

            using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            setCookies.AddRange(Keep(address, response));
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            trace.Add($"{response.Headers}{response.Content.Headers}{body}");
            var next = response.Headers.Location is { } location && (int)response.StatusCode is >= 300 and < 400 ? new Uri(address, location) : null;
            if (next is null || stopBefore?.Invoke(next) == true) return new Landing(address, response.StatusCode, body, next, response.Headers, setCookies, trace);
            (method, address, headers) = (HttpMethod.Get, next, []);
        }

        throw new InvalidOperationException($"Redirected in circles, last to {address}.");
    }

    private IEnumerable<string> Keep(Uri address, HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var values)) yield break;
        foreach (var value in values)
        {
            var (name, content) = (value[..value.IndexOf('=', StringComparison.Ordinal)], value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(';')[0]);
            if (value.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase)) _cookies.Remove((address.Host, name));
            else _cookies[(address.Host, name)] = content;
            if (SameOrigin(address, publicUrl)) yield return value;
        }
    }

    private static bool SameOrigin(Uri one, Uri other) => one.GetLeftPart(UriPartial.Authority) == other.GetLeftPart(UriPartial.Authority);

    /// <summary>Where the browser ended up.</summary>
    /// <param name="Next">The redirect that was not followed.</param>
    /// <param name="SetCookies">The cookies that Gatehouse set on the way.</param>
    /// <param name="Trace">Everything that was received on the way.</param>
    public sealed record Landing(
        Uri Address, HttpStatusCode Status, string Body, Uri? Next, System.Net.Http.Headers.HttpResponseHeaders Headers, IReadOnlyList<string> SetCookies, IReadOnlyList<string> Trace)
    {
        /// <summary>The page's words, as a person reads them.</summary>
        public string Text => WebUtility.HtmlDecode(Tags().Replace(Styles().Replace(Body, ""), " "));

        public IEnumerable<Form> Forms => FormElements().Matches(Body).Select(form => new Form(
            Attribute(form.Groups[1].Value, "action") ?? "",
            [.. Inputs().Matches(form.Value).Select(input => (Name: Attribute(input.Value, "name") ?? "", Value: Attribute(input.Value, "value") ?? "")).Where(input => input.Name.Length > 0)]));

        public string? Link(string text) => Links().Matches(Body).Where(link => link.Groups[2].Value == text).Select(link => Attribute(link.Groups[1].Value, "href")).FirstOrDefault();
    }

    public sealed record Form(string Action, IReadOnlyList<(string Name, string Value)> Fields)
    {
        public bool Has(string name, string value) => Fields.Contains((name, value));
    }

    private static string? Attribute(string element, string name) =>
        Regex.Match(element, $"""\b{name}="([^"]*)" """.TrimEnd()) is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;

    [GeneratedRegex("<form([^>]*)>.*?</form>", RegexOptions.Singleline)]
    private static partial Regex FormElements();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("<a ([^>]*)>(.*?)</a>", RegexOptions.Singleline)]
    private static partial Regex Links();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Styles();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
