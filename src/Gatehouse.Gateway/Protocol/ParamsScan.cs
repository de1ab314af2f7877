using System.Text;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What one pass finds in <c>params</c>: everything that routing, policy and header rules look at.</summary>
internal struct ParamsScan
{
    private Seen _seen;

    [Flags]
    private enum Seen
    {
        None = 0,
        Name = 1,
        Uri = 2,
        Arguments = 4,
        Meta = 8,
        Cursor = 16,
        Ref = 32,
        TaskId = 64,
        RequestId = 128,
        ProtocolVersion = 256,
        RefType = 512,
        RefName = 1024,
        RefUri = 2048,
        MetaVersion = 4096,
        MetaCapabilities = 8192,
        MetaClientInfo = 16384,
        MetaProgressToken = 32768,
        MetaLogLevel = 65536,
    }

    private static readonly string[] _keys = ["name", "uri", "arguments", "_meta", "ref", "cursor", "taskId", "requestId", "protocolVersion"];

    private static readonly string[] _refKeys = ["type", "name", "uri"];

    private static readonly string[] _metaKeys =
    [
        "progressToken", Encoding.UTF8.GetString(MetaKeys.ProtocolVersion), Encoding.UTF8.GetString(MetaKeys.ClientCapabilities),
        Encoding.UTF8.GetString(MetaKeys.ClientInfo), Encoding.UTF8.GetString(MetaKeys.LogLevel),
    ];

    public string? Fault { get; private set; }

    public int FaultCode { get; private set; }

    public ByteRange? Range { get; private set; }

    public ByteRange? Name { get; private set; }

    public string? NameValue { get; private set; }

    public ByteRange? Uri { get; private set; }

    public string? UriValue { get; private set; }

    public ByteRange? TaskId { get; private set; }

    public string? TaskIdValue { get; private set; }

    public string? RefType { get; private set; }

    public ByteRange? RefName { get; private set; }

    public string? RefNameValue { get; private set; }

    public string? RefUriValue { get; private set; }

    public ByteRange? CancelledId { get; private set; }

    public string? RequestedVersion { get; private set; }

    public ByteRange? Arguments { get; private set; }

    public bool HasCursor { get; private set; }

    public ByteRange? Meta { get; private set; }

    public ByteRange? ProgressToken { get; private set; }

    public string? MetaProtocolVersion { get; private set; }

    public ByteRange? MetaClientCapabilities { get; private set; }

    public bool DeclaresTasks { get; private set; }

    /// <summary>Reads the object that the reader stands at the start of, and leaves the reader on its end.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMember(ref reader);
            reader.Skip();
        }

        Range = new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("name"u8))
        {
            Once(Seen.Name, "params.name");
            (Name, NameValue) = ReadText(ref reader);
        }
        else if (reader.ValueTextEquals("arguments"u8))
        {
            Once(Seen.Arguments, "params.arguments");
            reader.Read();
            Arguments = JsonValue.RangeAt(ref reader);
        }
        else if (reader.ValueTextEquals("_meta"u8))
        {
            Once(Seen.Meta, "params._meta");
            reader.Read();
            ReadMeta(ref reader);
        }
        else if (reader.ValueTextEquals("uri"u8))
        {
            Once(Seen.Uri, "params.uri");
            (Uri, UriValue) = ReadText(ref reader);
        }
        else if (reader.ValueTextEquals("ref"u8))
        {
            Once(Seen.Ref, "params.ref");
            reader.Read();
            ReadRef(ref reader);
        }
        else if (reader.ValueTextEquals("cursor"u8))
        {
            Once(Seen.Cursor, "params.cursor");
            reader.Read();
            HasCursor = reader.TokenType != JsonTokenType.Null;
        }
        else if (reader.ValueTextEquals("taskId"u8))
        {
            Once(Seen.TaskId, "params.taskId");
            (TaskId, TaskIdValue) = ReadText(ref reader);
        }
        else if (reader.ValueTextEquals("requestId"u8))
        {
            Once(Seen.RequestId, "params.requestId");
            reader.Read();
            CancelledId = JsonValue.IdAt(ref reader);
        }
        else if (reader.ValueTextEquals("protocolVersion"u8))
        {
            Once(Seen.ProtocolVersion, "params.protocolVersion");
            RequestedVersion = ReadText(ref reader).Value;
        }
        else
        {
            RefuseLookalike(ref reader, _keys, "params");
            reader.Read();
        }
    }

    private void ReadMeta(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        var start = (int)reader.TokenStartIndex;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadMetaMember(ref reader);
            reader.Skip();
        }

        Meta = new ByteRange(start, (int)reader.BytesConsumed - start);
    }

    private void ReadMetaMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("progressToken"u8))
        {
            Once(Seen.MetaProgressToken, "params._meta.progressToken");
            reader.Read();
            ProgressToken = JsonValue.IdAt(ref reader);
        }
        else if (reader.ValueTextEquals(MetaKeys.ProtocolVersion))
        {
            Once(Seen.MetaVersion, "the protocol version in params._meta");
            MetaProtocolVersion = ReadText(ref reader).Value;
            if (MetaProtocolVersion is null)
            {
                Refuse(JsonRpcCode.InvalidParams, "The protocol version in params._meta must be a string.");
            }
        }
        else if (reader.ValueTextEquals(MetaKeys.ClientCapabilities))
        {
            Once(Seen.MetaCapabilities, "the client capabilities in params._meta");
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                var start = (int)reader.TokenStartIndex;
                ReadCapabilities(ref reader);
                MetaClientCapabilities = new ByteRange(start, (int)reader.BytesConsumed - start);
            }
        }
        else if (reader.ValueTextEquals(MetaKeys.ClientInfo))
        {
            Once(Seen.MetaClientInfo, "the client info in params._meta");
            reader.Read();
        }
        else if (reader.ValueTextEquals(MetaKeys.LogLevel))
        {
            Once(Seen.MetaLogLevel, "the log level in params._meta");
            reader.Read();
        }
        else
        {
            RefuseLookalike(ref reader, _metaKeys, "params._meta");
            reader.Read();
        }
    }

    /// <summary>Looks for the tasks extension; what two readers could disagree on there concerns the caller alone.</summary>
    private void ReadCapabilities(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var areExtensions = reader.ValueTextEquals("extensions"u8);
            reader.Read();
            if (areExtensions && reader.TokenType == JsonTokenType.StartObject) ReadExtensions(ref reader);
            else reader.Skip();
        }
    }

    private void ReadExtensions(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTasks = reader.ValueTextEquals(Extensions.Tasks);
            reader.Read();
            DeclaresTasks |= isTasks && reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }
    }

    private void ReadRef(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                Once(Seen.RefType, "params.ref.type");
                RefType = ReadText(ref reader).Value;
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                Once(Seen.RefName, "params.ref.name");
                (RefName, RefNameValue) = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("uri"u8))
            {
                Once(Seen.RefUri, "params.ref.uri");
                RefUriValue = ReadText(ref reader).Value;
            }
            else
            {
                RefuseLookalike(ref reader, _refKeys, "params.ref");
                reader.Read();
            }

            reader.Skip();
        }
    }

    /// <summary>The next value if it is a string. Another kind is left to the upstream to judge: it names nothing.</summary>
    private static (ByteRange? Range, string? Value) ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? (JsonValue.RangeAt(ref reader), reader.GetString()) : (null, null);
    }

    private void RefuseLookalike(ref Utf8JsonReader reader, string[] keys, string of)
    {
        if (LookalikeKey.Resembles(ref reader, keys)) Refuse(JsonRpcCode.InvalidRequest, $"A member of {of} differs from one that matters only by upper and lower case.");
    }

    private void Once(Seen member, string name)
    {
        if ((_seen & member) != 0)
        {
            Refuse(JsonRpcCode.InvalidRequest, $"The member {name} occurs twice.");
        }

        _seen |= member;
    }

    private void Refuse(int code, string message)
    {
        if (Fault is null)
        {
            (FaultCode, Fault) = (code, message);
        }
    }
}
