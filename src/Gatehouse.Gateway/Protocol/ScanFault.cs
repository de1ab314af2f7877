namespace Gatehouse.Gateway.Protocol;

/// <summary>Why a body is not a message that the gateway takes. Always answered with HTTP 400.</summary>
/// <param name="Code">The JSON-RPC code for the wire.</param>
/// <param name="Message">What is wrong, for the wire as well: it repeats nothing of the body.</param>
/// <param name="Id">The request's id, to be echoed, where it could be read.</param>
internal sealed record ScanFault(int Code, string Message, ByteRange? Id);
