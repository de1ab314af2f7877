using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What one pass has found so far. The first fault is kept and the pass goes on, so that the id is found wherever it stands.</summary>
internal ref struct EnvelopeScan
{
    private static readonly string[] _routingKeys = ["jsonrpc", "id", "method", "params", "result", "error"];

    private Seen _seen;
    private int _faultCode;
    private string? _faultMessage;

    private string? _method;
    private ByteRange? _id;
    private ParamsScan _params;

    [Flags]
    private enum Seen
    {
        None = 0,
        JsonRpc = 1,
        Id = 2,
        Method = 4,
        Params = 8,
        Result = 16,
        Error = 32,
        ValidVersion = 64,
        IdTwice = 128,
    }

    public void Refuse(int code, string message)
    {
        if (_faultMessage is null)
        {
            _faultCode = code;
            _faultMessage = message;
        }
    }

    public readonly ScanFault? Fault() => _faultMessage is null
        ? null
        : new ScanFault(_faultCode, _faultMessage, Has(Seen.IdTwice) ? null : _id);

    public readonly Envelope ToEnvelope(ReadOnlyMemory<byte> body) => new()
    {
        Body = body,
        Kind = !Has(Seen.Method) ? MessageKind.Response : Has(Seen.Id) ? MessageKind.Request : MessageKind.Notification,
        Method = _method,
        Id = _id,
        IsError = Has(Seen.Error),
        Params = _params.Range,
        Name = _params.Name,
        NameValue = _params.NameValue,
        Uri = _params.Uri,
        UriValue = _params.UriValue,
        TaskId = _params.TaskId,
        TaskIdValue = _params.TaskIdValue,
        RefType = _params.RefType,
        RefName = _params.RefName,
        RefNameValue = _params.RefNameValue,
        RefUriValue = _params.RefUriValue,
        CancelledId = _params.CancelledId,
        RequestedVersion = _params.RequestedVersion,
        Arguments = _params.Arguments,
        HasCursor = _params.HasCursor,
        Meta = _params.Meta,
        ProgressToken = _params.ProgressToken,
        MetaProtocolVersion = _params.MetaProtocolVersion,
        MetaClientCapabilities = _params.MetaClientCapabilities,
        DeclaresTasks = _params.DeclaresTasks,
    };

    public void ReadMessage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse(JsonRpcCode.InvalidRequest, reader.TokenType == JsonTokenType.StartArray
                ? "Batches are not supported: send one message per request."
                : "The body is not a JSON-RPC message.");
            reader.Skip();
        }
        else
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader);
            }

            CheckShape();
        }

        // Whatever follows the message makes the reader throw.
        reader.Read();
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("jsonrpc"u8))
        {
            Once(Seen.JsonRpc, "jsonrpc");
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("2.0"u8))
            {
                _seen |= Seen.ValidVersion;
            }
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            _seen |= Has(Seen.Id) ? Seen.IdTwice : Seen.None;
            Once(Seen.Id, "id");
            reader.Read();
            _id = JsonValue.IdAt(ref reader);
            if (_id is null)
            {
                Refuse(JsonRpcCode.InvalidRequest, "The id must be a string or an integer.");
            }
        }
        else if (reader.ValueTextEquals("method"u8))
        {
            Once(Seen.Method, "method");
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                _method = reader.GetString();
            }
            else
            {
                Refuse(JsonRpcCode.InvalidRequest, "The method must be a string.");
            }
        }
        else if (reader.ValueTextEquals("params"u8))
        {
            Once(Seen.Params, "params");
            reader.Read();
            ReadParams(ref reader);
        }
        else if (reader.ValueTextEquals("result"u8))
        {
            Once(Seen.Result, "result");
            reader.Read();
        }
        else if (reader.ValueTextEquals("error"u8))
        {
            Once(Seen.Error, "error");
            reader.Read();
        }
        else
        {
            if (LookalikeKey.Resembles(ref reader, _routingKeys)) Refuse(JsonRpcCode.InvalidRequest, "A member differs from one that matters only by upper and lower case.");
            reader.Read();
        }

        reader.Skip();
    }

    private void ReadParams(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse(JsonRpcCode.InvalidRequest, "The params must be an object.");
            return;
        }

        _params = new ParamsScan();
        _params.Read(ref reader);
        if (_params.Fault is { } message)
        {
            Refuse(_params.FaultCode, message);
        }
    }

    private void CheckShape()
    {
        if (!Has(Seen.ValidVersion))
        {
            Refuse(JsonRpcCode.InvalidRequest, "The member jsonrpc must be \"2.0\".");
        }

        var answers = Has(Seen.Result) || Has(Seen.Error);
        if (Has(Seen.Method) == answers || (Has(Seen.Result) && Has(Seen.Error)))
        {
            Refuse(JsonRpcCode.InvalidRequest, "A message has exactly one of method, result and error.");
        }

        if (answers && !Has(Seen.Id))
        {
            Refuse(JsonRpcCode.InvalidRequest, "A response needs the id of its request.");
        }
    }

    private void Once(Seen member, string name)
    {
        if (Has(member))
        {
            Refuse(JsonRpcCode.InvalidRequest, $"The member {name} occurs twice.");
        }

        _seen |= member;
    }

    private readonly bool Has(Seen member) => (_seen & member) != 0;
}
