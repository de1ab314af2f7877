using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>Changes the <c>taskId</c> in a message of a server's (SEP-2663), and leaves every other byte as it came.</summary>
internal static class TaskIdSplice
{
    /// <summary>Answers nest deeper than what clients may send: they are passed on, not acted upon.</summary>
    private static readonly JsonReaderOptions _options = new() { MaxDepth = 512 };

    /// <summary>In the answer to a call, if that says that a task has begun.</summary>
    /// <param name="change">The server's id, to the client's.</param>
    public static ReadOnlyMemory<byte> OfNewTask(ReadOnlyMemory<byte> message, Func<string, string?> change) => Change(message, "result"u8, change, onlyNew: true);

    /// <summary>In the answer to a question about a task.</summary>
    /// <param name="change">The server's id, to the client's; null leaves it.</param>
    public static ReadOnlyMemory<byte> OfResult(ReadOnlyMemory<byte> message, Func<string, string?> change) => Change(message, "result"u8, change, onlyNew: false);

    /// <summary>In <c>notifications/tasks</c>.</summary>
    /// <param name="change">The server's id, to the client's; null leaves it.</param>
    public static ReadOnlyMemory<byte> OfNotification(ReadOnlyMemory<byte> message, Func<string, string?> change) => Change(message, "params"u8, change, onlyNew: false);

    private static ReadOnlyMemory<byte> Change(ReadOnlyMemory<byte> message, ReadOnlySpan<byte> member, Func<string, string?> change, bool onlyNew)
    {
        var changed = message;
        foreach (var (range, value) in Find(message.Span, member, onlyNew))
        {
            if (change(value) is { } other) changed = Splice.Replace(changed.Span, range, JsonText.Encode(other));
        }

        return changed;
    }

    /// <returns>The last first, so that each can be changed in place. There is one, unless somebody tries to hide one.</returns>
    private static List<(ByteRange Range, string Value)> Find(ReadOnlySpan<byte> message, ReadOnlySpan<byte> member, bool onlyNew)
    {
        var found = new List<(ByteRange Range, string Value)>();
        try
        {
            var reader = new Utf8JsonReader(message, _options);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = reader.ValueTextEquals(member);
                reader.Read();
                if (isIt && reader.TokenType == JsonTokenType.StartObject) found.AddRange(FindIn(ref reader, onlyNew));
                else reader.Skip();
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Not for us to judge: the client gets what the server wrote.
            return [];
        }

        found.Reverse();
        return found;
    }

    private static List<(ByteRange Range, string Value)> FindIn(ref Utf8JsonReader reader, bool onlyNew)
    {
        var found = new List<(ByteRange Range, string Value)>();
        var isTask = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("taskId"u8);
            var isType = reader.ValueTextEquals("resultType"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String) found.Add((JsonValue.RangeAt(ref reader), reader.GetString()!));
            else if (isType && reader.TokenType == JsonTokenType.String) isTask |= reader.ValueTextEquals("task"u8);
            else reader.Skip();
        }

        return isTask || !onlyNew ? found : [];
    }
}
