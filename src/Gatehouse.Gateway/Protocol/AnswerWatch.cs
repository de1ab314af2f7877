using System.Buffers;

namespace Gatehouse.Gateway.Protocol;

/// <summary>
/// Learns from the bytes of one JSON-RPC message, as they go past, whether it is an answer and whether that reports a
/// failure. Nothing is held back, and nothing is decided on it but what the audit trail says. Only the first two levels matter:
/// <c>result</c>, <c>error</c> and <c>result.isError</c>.
/// </summary>
internal struct AnswerWatch
{
    private const int LongestKey = 8;

    private static readonly SearchValues<byte> _structure = SearchValues.Create("\"{}[]:,t"u8);

    private Key _top;
    private Key _key;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _afterColon;
    private long _text;
    private int _length;

    private enum Key
    {
        Other,
        Result,
        Error,
        IsError,
    }

    /// <summary>Whether a <c>result</c> or an <c>error</c> was seen: the message is a response.</summary>
    public bool IsAnswer { get; private set; }

    /// <summary>Whether it carries <c>error</c>, or a result with <c>isError: true</c>.</summary>
    public bool IsFailure { get; private set; }

    /// <summary>Whether there was anything at all.</summary>
    public bool HasSeen { get; private set; }

    /// <summary>Takes the next bytes, however the message was cut.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        HasSeen |= bytes.Length > 0;
        while (bytes.Length > 0)
        {
            bytes = _inString ? FeedString(bytes) : FeedStructure(bytes);
        }
    }

    private ReadOnlySpan<byte> FeedString(ReadOnlySpan<byte> bytes)
    {
        if (_escaped)
        {
            Keep(bytes[..1]);
            _escaped = false;
            return bytes[1..];
        }

        var at = bytes.IndexOfAny((byte)'"', (byte)'\\');
        Keep(at < 0 ? bytes : bytes[..at]);
        if (at < 0) return [];
        if (bytes[at] == (byte)'\\')
        {
            // A key with an escape is none that we look for; the backslash keeps it from matching.
            Keep("\\"u8);
            _escaped = true;
        }
        else
        {
            EndString();
        }

        return bytes[(at + 1)..];
    }

    private ReadOnlySpan<byte> FeedStructure(ReadOnlySpan<byte> bytes)
    {
        var at = bytes.IndexOfAny(_structure);
        if (at < 0) return [];
        switch (bytes[at])
        {
            case (byte)'"':
                SeeErrorsValue();
                (_inString, _text, _length) = (true, 0, 0);
                break;
            case (byte)'{' or (byte)'[':
                SeeErrorsValue();
                _depth++;
                _afterColon = false;
                break;
            case (byte)'}' or (byte)']':
                _depth--;
                break;
            case (byte)':':
                _afterColon = true;
                SeeKey();
                break;
            case (byte)',':
                _afterColon = false;
                break;
            case (byte)'t' when _afterColon && _depth == 2 && _top == Key.Result && _key == Key.IsError:
                IsFailure = true;
                break;
            default:
                break;
        }

        return bytes[(at + 1)..];
    }

    private void EndString()
    {
        _inString = false;
        if (_afterColon || _depth is not (1 or 2)) return;
        _key = _length switch
        {
            6 when _text == Packed("result"u8) => Key.Result,
            5 when _text == Packed("error"u8) => Key.Error,
            7 when _text == Packed("isError"u8) => Key.IsError,
            _ => Key.Other,
        };
    }

    private void SeeKey()
    {
        if (_depth != 1) return;
        _top = _key;
        IsAnswer |= _top is Key.Result or Key.Error;
    }

    /// <summary>An error is one that says something: <c>"error":null</c> beside a result is how some servers say that there is none.</summary>
    private void SeeErrorsValue() => IsFailure |= _depth == 1 && _afterColon && _top == Key.Error;

    /// <summary>Remembers the first bytes of a string: enough to tell the keys apart.</summary>
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes[..Math.Min(bytes.Length, Math.Max(0, LongestKey - _length))]) _text = (_text << 8) | value;
        _length = (int)Math.Min(int.MaxValue, (long)_length + bytes.Length);
    }

    private static long Packed(ReadOnlySpan<byte> key)
    {
        long packed = 0;
        foreach (var value in key) packed = (packed << 8) | value;
        return packed;
    }
}
