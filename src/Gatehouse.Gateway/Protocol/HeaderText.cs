using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Gatehouse.Gateway.Protocol;

/// <summary>How names and parameters travel in headers (MCP 2026-07-28, "Request headers"): plain where that is safe, else <c>=?base64?…?=</c>.</summary>
internal static class HeaderText
{
    private const string Prefix = "=?base64?";
    private const string Suffix = "?=";

    private static readonly SearchValues<char> _plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(code => (char)code)]);

    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    public static string Encode(string text)
    {
        var plain = !text.AsSpan().ContainsAnyExcept(_plain)
            && !text.StartsWith(' ') && !text.EndsWith(' ')
            && !(text.StartsWith(Prefix, StringComparison.Ordinal) && text.EndsWith(Suffix, StringComparison.Ordinal));
        return plain ? text : $"{Prefix}{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}{Suffix}";
    }

    /// <returns>The value that a header stands for, or null if its base64 is none or its bytes are not UTF-8.</returns>
    public static string? Decode(string header)
    {
        var value = header.Trim(' ', '\t');
        if (value.Length < Prefix.Length + Suffix.Length || !value.StartsWith(Prefix, StringComparison.Ordinal) || !value.EndsWith(Suffix, StringComparison.Ordinal)) return value;
        var base64 = value.AsSpan(Prefix.Length, value.Length - Prefix.Length - Suffix.Length);
        if (!Base64.IsValid(base64)) return null;
        try
        {
            return _strict.GetString(Convert.FromBase64String(base64.ToString()));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
