using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>
/// The id of one event: which stream of which session it went out on, and its place there. Part of the stream's name is
/// derived from the session's secret key, so every process knows whose it is, and nobody can make one up.
/// </summary>
/// <param name="Stream">The stream's name.</param>
/// <param name="Number">Counts from 1; 0 stands before the first event.</param>
internal readonly record struct EventId(string Stream, long Number)
{
    private const int RandomLength = 9;
    private const int ProofLength = 9;

    /// <summary>Whether the stream is the session's own, which began with GET, rather than an answer's.</summary>
    public bool IsOfSession => Stream[0] == 's';

    /// <summary>A name for a new stream.</summary>
    /// <param name="sessionKey">The session's unguessable key.</param>
    /// <param name="ofSession">Whether the stream is the session's own.</param>
    public static string NewStream(string sessionKey, bool ofSession)
    {
        Span<byte> name = stackalloc byte[RandomLength + ProofLength];
        RandomNumberGenerator.Fill(name[..RandomLength]);
        Prove(sessionKey, ofSession, name[..RandomLength], name[RandomLength..]);
        return $"{(ofSession ? 's' : 'a')}{Base64Url.EncodeToString(name)}";
    }

    /// <returns>False if the text is no id of an event in this session.</returns>
    public static bool TryParse(string sessionKey, string text, [NotNullWhen(true)] out EventId? id)
    {
        const int NameLength = 1 + ((RandomLength + ProofLength) / 3 * 4);
        id = null;
        if (text.Length is < NameLength + 2 or > NameLength + 20 || text[0] is not ('s' or 'a') || text[NameLength] != '.') return false;
        if (!long.TryParse(text.AsSpan(NameLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        Span<byte> name = stackalloc byte[RandomLength + ProofLength];
        if (!Base64Url.TryDecodeFromChars(text.AsSpan(1, NameLength - 1), name, out var length) || length != name.Length) return false;
        Span<byte> proof = stackalloc byte[ProofLength];
        Prove(sessionKey, text[0] == 's', name[..RandomLength], proof);
        if (!CryptographicOperations.FixedTimeEquals(proof, name[RandomLength..])) return false;
        id = new EventId(text[..NameLength], number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream}.{Number}");

    private static void Prove(string sessionKey, bool ofSession, ReadOnlySpan<byte> random, Span<byte> proof)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(sessionKey), [ofSession ? (byte)'s' : (byte)'a', .. random], whole);
        whole[..proof.Length].CopyTo(proof);
    }
}
