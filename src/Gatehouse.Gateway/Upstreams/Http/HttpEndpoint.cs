using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>One upstream's URL and the connections to it. Requests carry its own configured headers; the client's token never comes here.</summary>
internal sealed class HttpEndpoint(ServerSettings settings) : IDisposable
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(10),

        // Shorter than what servers grant an idle connection (Node: 5 s), or a call would now and then go into one that is being closed.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        EnableMultipleHttp2Connections = true,

        // No headers of a trace that nobody follows, and no activity for each call.
        ActivityHeadersPropagator = null,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    });

    public Uri Url { get; } = settings.Url!;

    /// <param name="method">POST, or for a session of the client's own GET and DELETE.</param>
    /// <param name="body">The message, sent as these bytes.</param>
    /// <param name="caller">Who it is for; null where the gateway speaks for itself.</param>
    public HttpRequestMessage Request(HttpMethod method, ReadOnlyMemory<byte>? body, Caller? caller)
    {
        var request = new HttpRequestMessage(method, settings.Url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", method == HttpMethod.Get ? "text/event-stream" : "application/json, text/event-stream");
        if (body is { } bytes) request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = _json } };
        foreach (var (name, value) in settings.Headers) Add(request, name, value);
        if (caller is not null && settings.ForwardUser is { Header: { } header } forward)
            request.Headers.TryAddWithoutValidation(header, forward.Claim == UserClaim.Email ? caller.Email : caller.Subject);
        return request;
    }

    /// <summary>Whether the caller's name can stand in a header as it is. If not, the request must not go out: it would be somebody else's, or nobody's.</summary>
    public bool CanName(Caller caller) => settings.ForwardUser is not { Header: not null } forward
        || !(forward.Claim == UserClaim.Email ? caller.Email : caller.Subject).Any(char.IsControl);

    /// <summary>Completes with the response's head; the body is read as it comes.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _invoker.SendAsync(request, cancellationToken);

    public void Dispose() => _invoker.Dispose();

    /// <summary>What went wrong with a connection, in words that give no address away.</summary>
    public static string Explain(Exception failure) => failure is HttpRequestException http
        ? http.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "its host name is not known",
            HttpRequestError.ConnectionError => "it cannot be connected to",
            HttpRequestError.SecureConnectionError => "the TLS handshake with it failed",
            HttpRequestError.ResponseEnded => "it closed the connection without an answer",
            _ => "the connection to it failed",
        }
        : "the connection to it broke off";

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
    }
}
