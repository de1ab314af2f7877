using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream;

/// <summary>A message that goes nowhere, in two voices: what the client reads, and why for the audit trail.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The JSON-RPC code.</param>
/// <param name="Message">For the client.</param>
/// <param name="Reason">For the operator; <paramref name="Message"/> where the two are the same.</param>
/// <param name="Data">The error's <c>data</c>, if its code asks for one.</param>
internal sealed record Refusal(int Status, int Code, string Message, string? Reason = null, MessageWriter.Content? Data = null)
{
    /// <summary>The seconds after which another try may succeed; null where that is not known.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>A limit was reached. Whoever reads only the message, a model for one, finds there too when to try again.</summary>
    public static Refusal TooMany(string message, int retryAfter, string limit) =>
        new(429, JsonRpcCode.TooManyRequests, message, limit, json => json.WriteNumber("retryAfter"u8, retryAfter)) { RetryAfter = retryAfter };

    /// <summary>A name that means nothing here, or nothing to this user: the two cannot be told apart.</summary>
    public static Refusal Unknown(string what, string? name, string reason) =>
        new(200, JsonRpcCode.InvalidParams, name is null ? $"The name of the {what} is missing" : $"Unknown {what}: {name}", reason);

    public static Refusal MethodNotFound(Era era, string method) =>
        new(era == Era.Modern ? 404 : 200, JsonRpcCode.MethodNotFound, $"Method not found: {method}");
}
