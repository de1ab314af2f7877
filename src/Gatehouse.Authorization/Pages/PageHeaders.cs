using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Pages;

/// <summary>What every page of ours tells the browser: run nothing, load nothing, show in no frame, keep no copy, tell nobody.</summary>
internal static class PageHeaders
{
    public static void Set(IHeaderDictionary headers, FormAction formAction)
    {
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src {Stylesheet.Source}; img-src data:; base-uri 'none'; frame-ancestors 'none'{formAction.Directive}";
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
    }
}
