using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>A program's own words, in the operator's log under the server's name. They are not ours: bounded, and never control characters.</summary>
internal sealed partial class ChildLog(string server, ILogger logger)
{
    private const int LongestLine = 4096;

    /// <summary>Copies until the stream ends.</summary>
    /// <param name="said">Told of each line.</param>
    public async Task CopyAsync(Stream stream, Action<string>? said, CancellationToken cancellationToken)
    {
        await foreach (var line in Lines.ReadAsync(stream, LongestLine, keepStart: true, cancellationToken))
        {
            if (line.Bytes.IsEmpty) continue;
            var text = Printable(line.Bytes);
            Said(server, text);
            said?.Invoke(text);
        }
    }

    /// <summary>A line on stdout that is no message.</summary>
    public void Ignored(ReadOnlySequence<byte> line)
    {
        var text = Printable(line.Slice(0, Math.Min(line.Length, 200)));
        Garbage(server, text);
    }

    public void TooLong(long limit) => Overlong(server, limit);

    /// <summary>A client's words came when the program had just ended.</summary>
    public void Unheard() => Lost(server);

    /// <summary>A child was ended because others need its place.</summary>
    public void MadeRoom(int limit) => Replaced(server, limit);

    private static string Printable(ReadOnlySequence<byte> bytes) =>
        string.Concat(Encoding.UTF8.GetString(bytes).Select(character => char.IsControl(character) ? '?' : character));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Server} says: {Line}")]
    private partial void Said(string server, string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Server} wrote something on stdout that is no JSON-RPC message, ignored: {Line}")]
    private partial void Garbage(string server, string line);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Server} wrote a message of more than {Limit} bytes, ignored")]
    private partial void Overlong(string server, long limit);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A client's message to {Server} came when that had just ended")]
    private partial void Lost(string server);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A program of {Server} was ended for another caller's: {Limit} run already (maxChildren)")]
    private partial void Replaced(string server, int limit);
}
