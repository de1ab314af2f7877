using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <param name="Bytes">The line without its end. Valid until the next one is asked for.</param>
/// <param name="IsCut">It was longer than the limit; the rest is skipped.</param>
internal readonly record struct Line(ReadOnlySequence<byte> Bytes, bool IsCut);

/// <summary>Reads newline-delimited bytes through pooled buffers, never holding more than one line of the longest length.</summary>
internal static class Lines
{
    /// <param name="stream">Where to read.</param>
    /// <param name="longest">How long a line may be, in bytes.</param>
    /// <param name="keepStart">Whether a line that is too long comes with its beginning, or empty.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<Line> ReadAsync(
        Stream stream, long longest, bool keepStart, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 65536, leaveOpen: true));
        var searched = 0L;
        var skipping = false;
        try
        {
            while (true)
            {
                var read = await ReadOnceAsync(pipe, cancellationToken);
                var rest = read.Buffer;
                while (rest.Slice(searched).PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    if (!skipping) yield return line.Length > longest ? Cut(line, longest, keepStart) : new Line(TrimEnd(line), IsCut: false);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    searched = 0;
                    skipping = false;
                }

                searched = rest.Length;
                if (searched > longest)
                {
                    if (!skipping) yield return Cut(rest, longest, keepStart);
                    rest = rest.Slice(rest.End);
                    searched = 0;
                    skipping = true;
                }

                if (read.IsCompleted)
                {
                    if (rest.Length > 0 && !skipping) yield return new Line(TrimEnd(rest), IsCut: false);
                    yield break;
                }

                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static Line Cut(ReadOnlySequence<byte> line, long longest, bool keepStart) =>
        new(keepStart ? line.Slice(0, longest) : ReadOnlySequence<byte>.Empty, IsCut: true);

    /// <summary>A stream that breaks has ended, and so has one that nobody wants: why is for whoever watches the process.</summary>
    private static async ValueTask<ReadResult> ReadOnceAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        try
        {
            return await pipe.ReadAsync(cancellationToken);
        }
        catch (Exception end) when (end is IOException || (end is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            return new ReadResult(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: true);
        }
    }

    private static ReadOnlySequence<byte> TrimEnd(ReadOnlySequence<byte> line)
    {
        while (line.Length > 0 && line.Slice(line.Length - 1).FirstSpan[0] == (byte)'\r') line = line.Slice(0, line.Length - 1);
        return line;
    }
}
