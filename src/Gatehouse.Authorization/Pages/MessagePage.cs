using System.Net.Mime;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Pages;

/// <summary>A page that tells a person what happened, where no redirect would be safe.</summary>
internal static class MessagePage
{
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What happened, in a few words.</param>
    /// <param name="paragraphs">Why, and what to do; plain text, encoded here.</param>
    public static IResult Of(int status, string title, params string[] paragraphs)
    {
        var heading = HtmlEncoder.Default.Encode(title);
        var body = string.Concat(paragraphs.Select(paragraph => $"<p>{HtmlEncoder.Default.Encode(paragraph)}</p>"));
        return Results.Content(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{heading}</title></head><body><main><h1>{heading}</h1>{body}</main></body></html>",
            MediaTypeNames.Text.Html, Encoding.UTF8, status);
    }
}
