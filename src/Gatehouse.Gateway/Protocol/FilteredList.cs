namespace Gatehouse.Gateway.Protocol;

/// <summary>A server's own answer to a list, without the items that are hidden; every other byte stays.</summary>
internal static class FilteredList
{
    /// <returns>The message, itself if nothing is hidden; null if it is no list and no error, so that nothing could be checked.</returns>
    public static ReadOnlyMemory<byte>? Without(ReadOnlyMemory<byte> message, ListKind kind, Func<string, bool> shows)
    {
        if (ListPage.Read(message, kind) is not { } page) return null;
        if (page.Array is not { } array || page.Items.All(item => shows(item.KeyValue))) return message;
        var rest = new List<byte> { (byte)'[' };
        foreach (var item in page.Items.Where(item => shows(item.KeyValue)))
        {
            if (rest.Count > 1) rest.Add((byte)',');
            rest.AddRange(item.Range.Of(message.Span));
        }

        rest.Add((byte)']');
        return Splice.Replace(message.Span, array, [.. rest]);
    }
}
