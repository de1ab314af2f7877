namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>What the sessions at one HTTP+SSE server have in common.</summary>
/// <param name="Name">The server's configured name.</param>
/// <param name="Endpoint">Its URL, and the connections to it.</param>
/// <param name="Errands">Takes the small messages that nobody waits for.</param>
/// <param name="Requests">Takes what the server says unasked.</param>
/// <param name="LongestEvent">How many bytes an event may have.</param>
/// <param name="Patience">How long a handshake may take.</param>
/// <param name="Time">The clock.</param>
internal sealed record SseServer(string Name, HttpEndpoint Endpoint, Errands Errands, ISessionRequests Requests, int LongestEvent, TimeSpan Patience, TimeProvider Time);
