using System.Buffers;
using System.Text;

namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>Text as a header value of the modern era (2026-07-28, "Streamable HTTP"): plain where that is safe, else in base64 between markers.</summary>
internal static class HeaderText
{
    private const string Start = "=?base64?";
    private const string End = "?=";

    private static readonly SearchValues<char> _plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(code => (char)code)]);

    public static string Encode(string text)
    {
        var plain = !text.AsSpan().ContainsAnyExcept(_plain)
            && !text.StartsWith(' ') && !text.EndsWith(' ')
            && !(text.StartsWith(Start, StringComparison.Ordinal) && text.EndsWith(End, StringComparison.Ordinal));
        return plain ? text : $"{Start}{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}{End}";
    }
}
