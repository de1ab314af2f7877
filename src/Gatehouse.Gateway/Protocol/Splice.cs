namespace Gatehouse.Gateway.Protocol;

/// <summary>Changes one value of a message and leaves every other byte as it came.</summary>
internal static class Splice
{
    public static byte[] Replace(ReadOnlySpan<byte> message, ByteRange range, ReadOnlySpan<byte> replacement)
    {
        var result = new byte[message.Length - range.Length + replacement.Length];
        message[..range.Start].CopyTo(result);
        replacement.CopyTo(result.AsSpan(range.Start));
        message[range.End..].CopyTo(result.AsSpan(range.Start + replacement.Length));
        return result;
    }

    public static byte[] Insert(ReadOnlySpan<byte> message, int position, ReadOnlySpan<byte> bytes) =>
        Replace(message, new ByteRange(position, 0), bytes);

    /// <summary>The message with another name in its params; its name must have been read.</summary>
    public static Envelope Rename(Envelope message, string name) => Rescan(Replace(message.Body.Span, message.Name!.Value, JsonText.Encode(name)));

    /// <summary>The same for the prompt that <c>completion/complete</c> refers to.</summary>
    public static Envelope RenameReference(Envelope message, string name) => Rescan(Replace(message.Body.Span, message.RefName!.Value, JsonText.Encode(name)));

    /// <summary>The same for a task.</summary>
    public static Envelope RenameTask(Envelope message, string taskId) => Rescan(Replace(message.Body.Span, message.TaskId!.Value, JsonText.Encode(taskId)));

    /// <summary>Reads a message that we have changed: what goes out is judged by the same scanner as what came in.</summary>
    public static Envelope Rescan(byte[] body) => EnvelopeScanner.TryScan(body, out var envelope, out var fault)
        ? envelope
        : throw new InvalidOperationException($"A message became invalid by a change of ours: {fault.Message}");
}
