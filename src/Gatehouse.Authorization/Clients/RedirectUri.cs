using System.Text.RegularExpressions;

namespace Gatehouse.Authorization.Clients;

/// <summary>Where a client may be answered: which URIs can be registered, and which requested one is a registered one.</summary>
internal static partial class RedirectUri
{
    public const int LongestUri = 2000;

    /// <summary>Schemes that a browser acts on by itself. Never dropped quietly: whoever sends one has no good reason.</summary>
    private static readonly string[] _dangerous = ["javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem", "ws", "wss", "ftp"];

    public static RedirectUriVerdict Judge(string uri)
    {
        if (uri.Length > LongestUri) return new RedirectUriVerdict.Refused($"is longer than {LongestUri} characters");
        if (!UriText().IsMatch(uri)) return new RedirectUriVerdict.Refused("is not an absolute URI, or has characters that no URI has (RFC 3986)");
        var scheme = uri[..uri.IndexOf(':', StringComparison.Ordinal)];
        if (_dangerous.Contains(scheme, StringComparer.OrdinalIgnoreCase)) return new RedirectUriVerdict.Refused($"has the scheme {scheme}, which is never allowed");
        if (uri.Contains('#', StringComparison.Ordinal)) return new RedirectUriVerdict.Refused("has a fragment (RFC 6749 section 3.1.2)");
        return scheme.ToLowerInvariant() switch
        {
            "https" => JudgeWeb(uri),
            "http" when Loopback().IsMatch(uri) => JudgeWeb(uri),
            "http" => new RedirectUriVerdict.Refused("is http and its host is not localhost, 127.0.0.1 or [::1]; other hosts need https"),
            _ => new RedirectUriVerdict.PrivateScheme(),
        };
    }

    /// <summary>
    /// Exactly the registered one, character by character. Only the port of a loopback URI is free (RFC 8252 section 7.3),
    /// and localhost, 127.0.0.1 and [::1] are three hosts.
    /// </summary>
    public static bool Matches(string registered, string requested) =>
        string.Equals(registered, requested, StringComparison.Ordinal)
        || (Loopback().Match(registered) is { Success: true } one && Loopback().Match(requested) is { Success: true } other
            && one.Groups["host"].Value == other.Groups["host"].Value && one.Groups["rest"].Value == other.Groups["rest"].Value
            && HasValidPort(other));

    /// <returns>What a person should look at and what consent is remembered for: the host, with its port unless it is loopback.</returns>
    public static string HostOf(string uri) => Loopback().Match(uri) is { Success: true } loopback ? loopback.Groups["host"].Value : new Uri(uri).Authority;

    public static bool IsLoopback(string uri) => Loopback().IsMatch(uri);

    private static RedirectUriVerdict JudgeWeb(string uri)
    {
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || !WebAuthority().IsMatch(uri) || parsed.Host.Length == 0) return new RedirectUriVerdict.Refused("is not a URL with a host");
        return parsed.UserInfo.Length > 0 ? new RedirectUriVerdict.Refused("has a user name in it") : new RedirectUriVerdict.Accepted();
    }

    private static bool HasValidPort(Match loopback) =>
        !loopback.Groups["port"].Success || (ushort.TryParse(loopback.Groups["port"].ValueSpan, out var port) && port > 0);

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex UriText();

    /// <summary>A web URL's authority without what hosts do not have: user names, wildcards, escapes.</summary>
    [GeneratedRegex(@"^https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._]+)(:[0-9]{1,5})?([/?].*)?\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WebAuthority();

    [GeneratedRegex(@"^http://(?<host>localhost|127\.0\.0\.1|\[::1\])(:(?<port>[0-9]{1,5}))?(?<rest>([/?].*)?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Loopback();
}
