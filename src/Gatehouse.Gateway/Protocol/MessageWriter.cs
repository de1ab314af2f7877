using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>The JSON-RPC messages that the gateway itself answers with.</summary>
internal static class MessageWriter
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public delegate void Content(Utf8JsonWriter json);

    /// <param name="id">The request's raw id; empty if it could not be read, which JSON-RPC 2.0 section 5 writes as null.</param>
    /// <param name="data">Writes the members of <c>data</c>; null for none.</param>
    public static ReadOnlyMemory<byte> Error(ReadOnlySpan<byte> id, int code, string message, Content? data = null)
    {
        var (buffer, json) = Begin(id);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, code);
        json.WriteString("message"u8, message);
        if (data is not null)
        {
            json.WriteStartObject("data"u8);
            data(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return End(buffer, json);
    }

    /// <param name="result">Writes the members of <c>result</c>.</param>
    public static ReadOnlyMemory<byte> Result(ReadOnlySpan<byte> id, Content result)
    {
        var (buffer, json) = Begin(id);
        json.WriteStartObject("result"u8);
        result(json);
        json.WriteEndObject();
        return End(buffer, json);
    }

    /// <param name="id">The raw id.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="parameters">Writes the members of <c>params</c>.</param>
    public static ReadOnlyMemory<byte> Request(ReadOnlySpan<byte> id, string method, Content parameters)
    {
        var (buffer, json) = Begin(id);
        json.WriteString("method"u8, method);
        json.WriteStartObject("params"u8);
        parameters(json);
        json.WriteEndObject();
        return End(buffer, json);
    }

    /// <param name="method">The notification's method.</param>
    /// <param name="parameters">Writes the members of <c>params</c>.</param>
    public static ReadOnlyMemory<byte> Notification(string method, Content parameters)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var json = new Utf8JsonWriter(buffer, _writing);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteString("method"u8, method);
        json.WriteStartObject("params"u8);
        parameters(json);
        json.WriteEndObject();
        return End(buffer, json);
    }

    /// <summary>
    /// One server-sent event that carries the message. Line breaks, which servers write between tokens and JSON allows nowhere else, become
    /// spaces: an event's line ends with them.
    /// </summary>
    public static byte[] AsEvent(ReadOnlySpan<byte> message)
    {
        var before = "event: message\ndata: "u8;
        var written = (byte[])[.. before, .. message, .. "\n\n"u8];
        var inside = written.AsSpan(before.Length, message.Length);
        inside.Replace((byte)'\n', (byte)' ');
        inside.Replace((byte)'\r', (byte)' ');
        return written;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) Begin(ReadOnlySpan<byte> id)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var json = new Utf8JsonWriter(buffer, _writing);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        if (id.IsEmpty) json.WriteNullValue();
        else json.WriteRawValue(id, skipInputValidation: true);
        return (buffer, json);
    }

    private static ReadOnlyMemory<byte> End(ArrayBufferWriter<byte> buffer, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Dispose();
        return buffer.WrittenMemory;
    }
}
