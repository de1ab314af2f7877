using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Gatehouse.Core.Audit;

namespace Gatehouse.Storage.Audit;

/// <summary>
/// Events in the format of binary COPY (PostgreSQL, "COPY", "Binary Format"). The driver's own writer takes each of the
/// sixteen columns of each row through its asynchronous machinery, which costs more than the bytes.
/// </summary>
internal static class CopyRows
{
    public const string Statement =
        """
        COPY audit_events (id, "time", action, outcome, reason, subject, user_email, client_id, client_name, server, target,
                           arguments, duration_us, request_bytes, response_bytes, request_id)
        FROM STDIN (FORMAT BINARY)
        """;

    private const short Columns = 16;

    /// <summary>PostgreSQL counts microseconds from here on.</summary>
    private static readonly DateTime _epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The signature, no flags, no extension.</summary>
    private static ReadOnlySpan<byte> Header => [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public static void Begin(IBufferWriter<byte> copy) => copy.Write(Header);

    public static void End(IBufferWriter<byte> copy) => WriteInt16(copy, -1);

    public static void Add(IBufferWriter<byte> copy, AuditEvent auditEvent)
    {
        WriteInt16(copy, Columns);
        WriteId(copy, auditEvent.Id);
        WriteInt64(copy, (auditEvent.Time.UtcDateTime - _epoch).Ticks / TimeSpan.TicksPerMicrosecond);
        WriteText(copy, AuditNames.Of(auditEvent.Action));
        WriteText(copy, AuditNames.Of(auditEvent.Outcome));
        WriteText(copy, auditEvent.Reason);
        WriteText(copy, auditEvent.Subject);
        WriteText(copy, auditEvent.User);
        WriteText(copy, auditEvent.ClientId);
        WriteText(copy, auditEvent.ClientName);
        WriteText(copy, auditEvent.Server);
        WriteText(copy, auditEvent.Target);
        WriteText(copy, auditEvent.Arguments, AuditText.MaxArguments);
        WriteInt64(copy, (long)auditEvent.Duration.TotalMicroseconds);
        WriteInt64(copy, auditEvent.RequestBytes);
        WriteInt64(copy, auditEvent.ResponseBytes);
        WriteText(copy, auditEvent.RequestId);
    }

    private static void WriteId(IBufferWriter<byte> copy, Guid id)
    {
        var field = copy.GetSpan(20);
        BinaryPrimitives.WriteInt32BigEndian(field, 16);
        id.TryWriteBytes(field[4..], bigEndian: true, out _);
        copy.Advance(20);
    }

    private static void WriteText(IBufferWriter<byte> copy, string? text, int max = AuditText.MaxText)
    {
        if (AuditText.Clean(text, max) is not { } clean)
        {
            WriteInt32(copy, -1);
            return;
        }

        var field = copy.GetSpan(4 + Encoding.UTF8.GetMaxByteCount(clean.Length));
        var length = Encoding.UTF8.GetBytes(clean, field[4..]);
        BinaryPrimitives.WriteInt32BigEndian(field, length);
        copy.Advance(4 + length);
    }

    private static void WriteInt64(IBufferWriter<byte> copy, long value)
    {
        var field = copy.GetSpan(12);
        BinaryPrimitives.WriteInt32BigEndian(field, 8);
        BinaryPrimitives.WriteInt64BigEndian(field[4..], value);
        copy.Advance(12);
    }

    private static void WriteInt32(IBufferWriter<byte> copy, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(copy.GetSpan(4), value);
        copy.Advance(4);
    }

    private static void WriteInt16(IBufferWriter<byte> copy, short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(copy.GetSpan(2), value);
        copy.Advance(2);
    }
}
