namespace Gatehouse.Gateway.Protocol;

/// <summary>Follows server-sent events as they go past (WHATWG HTML, section 9.2), to see which one carries the answer.</summary>
internal struct EventStreamWatch
{
    private AnswerWatch _message;
    private Line _line;
    private int _prefix;
    private int _mark;
    private bool _afterCarriageReturn;
    private bool _isInEvent;

    private enum Line
    {
        Start,
        Data,
        Other,
    }

    /// <summary>How many events have been complete: what counts as a sign of life. Comments do not.</summary>
    public int Events { get; private set; }

    /// <summary>Whether an event carried the answer.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Whether that answer reports a failure.</summary>
    public bool IsFailure { get; private set; }

    /// <summary>Whether no event has begun that has not ended: here another one may be put in.</summary>
    public readonly bool IsBetweenEvents => !_isInEvent;

    /// <summary>Whether a line has ended and none begun.</summary>
    public readonly bool IsAtLineStart => _line == Line.Start && _prefix == 0;

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_mark < ByteOrderMark.Length) bytes = SkipMark(bytes);
        while (bytes.Length > 0)
        {
            if (_afterCarriageReturn)
            {
                // CR LF is one line end.
                _afterCarriageReturn = false;
                if (bytes[0] == (byte)'\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            if (_line == Line.Start && bytes[0] is not ((byte)'\n' or (byte)'\r'))
            {
                _isInEvent = true;
                bytes = FeedPrefix(bytes);
                continue;
            }

            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (_line == Line.Data) _message.Feed(end < 0 ? bytes : bytes[..end]);
            if (end < 0) return;
            if (IsAtLineStart) EndEvent();
            (_line, _prefix) = (Line.Start, 0);
            _afterCarriageReturn = bytes[end] == (byte)'\r';
            bytes = bytes[(end + 1)..];
        }
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>A byte order mark may stand before the first event.</summary>
    private ReadOnlySpan<byte> SkipMark(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && _mark < ByteOrderMark.Length)
        {
            if (bytes[0] != ByteOrderMark[_mark])
            {
                // Part of a mark is the beginning of a line that means nothing.
                if (_mark > 0) (_line, _isInEvent) = (Line.Other, true);
                _mark = ByteOrderMark.Length;
                break;
            }

            _mark++;
            bytes = bytes[1..];
        }

        return bytes;
    }

    private ReadOnlySpan<byte> FeedPrefix(ReadOnlySpan<byte> bytes)
    {
        var expected = "data:"u8;
        if (bytes[0] != expected[_prefix])
        {
            _line = Line.Other;
            return bytes;
        }

        _prefix++;
        if (_prefix == expected.Length) _line = Line.Data;
        return bytes[1..];
    }

    private void EndEvent()
    {
        if (_message.IsAnswer)
        {
            IsAnswered = true;
            IsFailure = _message.IsFailure;
        }

        if (_message.HasSeen) Events++;
        _isInEvent = false;
        _message = default;
    }
}
