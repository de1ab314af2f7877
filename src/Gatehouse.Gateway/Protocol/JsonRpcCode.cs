namespace Gatehouse.Gateway.Protocol;

/// <summary>The error codes that the gateway itself answers with (JSON-RPC 2.0 section 5.1, MCP 2026-07-28 "Error codes").</summary>
internal static class JsonRpcCode
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>Unknown session. Not in the specification; clients' SDKs expect it.</summary>
    public const int SessionNotFound = -32001;

    /// <summary>Unknown resource, legacy revisions only.</summary>
    public const int ResourceNotFound = -32002;

    /// <summary>A limit was reached. Outside the range that JSON-RPC and MCP keep for themselves, and the same number as in HTTP.</summary>
    public const int TooManyRequests = 429;

    public const int HeaderMismatch = -32020;
    public const int MissingClientCapability = -32021;
    public const int UnsupportedVersion = -32022;
}
