using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Pages;

/// <summary>A page that tells a person what happened, where no redirect would be safe.</summary>
internal static class MessagePage
{
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What happened, in a few words.</param>
    /// <param name="paragraphs">Why, and what to do; plain text, encoded here.</param>
    public static IResult Of(int status, string title, params string[] paragraphs) => Of(status, title, null, paragraphs);

    /// <param name="status">The HTTP status.</param>
    /// <param name="title">What happened, in a few words.</param>
    /// <param name="action">The one thing that the page offers to do.</param>
    /// <param name="paragraphs">Why, and what to do; plain text, encoded here.</param>
    public static IResult Of(int status, string title, PageAction? action, params string[] paragraphs) => new Page<Message>(status, new()
    {
        [nameof(Message.Title)] = title,
        [nameof(Message.Paragraphs)] = paragraphs,
        [nameof(Message.ActionPath)] = action?.Path,
        [nameof(Message.ActionText)] = action?.Text,
    });
}

/// <summary>A link of a page.</summary>
/// <param name="Text">What it does, as a button would say it.</param>
/// <param name="Path">A path of ours; never an address that somebody else gave.</param>
internal sealed record PageAction(string Text, string Path);
