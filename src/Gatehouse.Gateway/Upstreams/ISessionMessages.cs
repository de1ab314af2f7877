namespace Gatehouse.Gateway.Upstreams;

/// <summary>Where a server's messages go that belong to a legacy session and to no answer in it: the session's own stream.</summary>
internal interface ISessionMessages
{
    /// <param name="sessionKey">The <see cref="SessionBinding.Managed.Key"/>.</param>
    /// <param name="server">Whose message it is.</param>
    /// <param name="message">A request or a notification, as the server wrote it.</param>
    /// <returns>Whether somebody will read it. If not, a request is for the caller to answer.</returns>
    bool TryDeliver(string sessionKey, string server, ReadOnlySpan<byte> message);
}
