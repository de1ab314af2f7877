using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Authorization.Pages;

/// <summary>The look of every page. Inlined, so that a page needs no second request and an old copy never meets a new page.</summary>
internal static class Stylesheet
{
    private static readonly string _text = Read();

    /// <summary>The element for the page's head.</summary>
    public static string Element { get; } = $"<style>{_text}</style>";

    /// <summary>How the Content-Security-Policy names it: by its hash, so that no other style applies.</summary>
    public static string Source { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(_text)))}'";

    private static string Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("Gatehouse.Authorization.Pages.page.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
