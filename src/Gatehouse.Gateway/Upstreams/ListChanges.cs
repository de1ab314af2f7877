namespace Gatehouse.Gateway.Upstreams;

/// <summary>Tells whoever cares that a server's list is no longer what it was (<c>notifications/…/list_changed</c>, or a restart).</summary>
internal sealed class ListChanges
{
    /// <summary>Called on the thread that read the news: handlers note it and return.</summary>
    public event Action<ListChange>? Changed;

    public void Publish(ListChange change) => Changed?.Invoke(change);

    /// <summary>Something may have been missed.</summary>
    /// <param name="lists">Of <see cref="UpstreamFeatures.ListsChanged"/>, those of which it may.</param>
    public void Publish(string server, UpstreamFeatures lists)
    {
        if ((lists & UpstreamFeatures.ToolsListChanged) != 0) Publish(new ListChange(server, ChangedList.Tools));
        if ((lists & UpstreamFeatures.PromptsListChanged) != 0) Publish(new ListChange(server, ChangedList.Prompts));
        if ((lists & UpstreamFeatures.ResourcesListChanged) != 0) Publish(new ListChange(server, ChangedList.Resources));
    }
}

/// <param name="Server">The server's configured name.</param>
/// <param name="List">Which of its lists.</param>
/// <param name="Session">
/// The <see cref="SessionBinding.Managed.Key"/> of the one legacy session that sees the change, and has been told; null: everybody's list.
/// </param>
internal readonly record struct ListChange(string Server, ChangedList List, string? Session = null);

internal enum ChangedList
{
    Tools,
    Prompts,

    /// <summary>Resources and their templates: they change together.</summary>
    Resources,
}
