using System.Text;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Gateway.Sessions;
using Microsoft.AspNetCore.DataProtection;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>No session id opens that was not given out, and none opens another session than the one it was given out for.</summary>
internal static class SessionIdTarget
{
    private static readonly SessionIds _sessions = new(new EphemeralDataProtectionProvider(), new NothingRevoked(), TimeProvider.System);

    private static readonly McpSession _session = new() { Subject = "ada", ClientId = "client", ProtocolVersion = "2025-11-25", Key = "key" };

    private static readonly string _sealed = _sessions.Seal(_session);

    /// <summary>The input as an id; and a real id with one change, which the input's first bytes say.</summary>
    public static void Check(byte[] input)
    {
        Require(_sessions.Open(Encoding.UTF8.GetString(input)) is null, "an id that was never given out opens nothing");
        Require(_sessions.Open(Encoding.Latin1.GetString(input)) is null, "nor does one in any other characters");
        if (input.Length < 2) return;
        var at = (input[0] << 8 | input[1]) % _sealed.Length;
        var forged = $"{_sealed[..at]}{Encoding.Latin1.GetString(input.AsSpan(2))}{_sealed[Math.Min(_sealed.Length, at + input.Length - 2)..]}";

        // Base64 has spare bits and may be padded: another writing of the very same bytes is the same id.
        if (_sessions.Open(forged) is { } opened) Require(opened == _session, "a changed id opens nothing but its own session");
        Require(_sessions.Open(_sealed) == _session, "the real one still opens");
    }
}
