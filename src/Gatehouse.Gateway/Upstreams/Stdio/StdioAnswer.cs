using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Answers that are given for a child, where asking it would disturb those who share it.</summary>
internal static class StdioAnswer
{
    private static readonly ReadOnlyMemory<byte> _empty = "{}"u8.ToArray();

    public static UpstreamResult Nothing(int status) => new UpstreamResult.Answered(status, UpstreamContent.None, Stream.Null);

    public static UpstreamResult Empty(Envelope request) => Result(request, _empty);

    public static UpstreamResult Result(Envelope request, ReadOnlyMemory<byte> result) => Json(OwnMessages.Result(request.Id!.Value.Of(request.Body), result));

    public static UpstreamResult MethodNotFound(Envelope request, string why) => Error(request, JsonRpcCode.MethodNotFound, why);

    public static UpstreamResult Error(Envelope request, int code, string why) => Json(MessageWriter.Error(request.Id!.Value.Of(request.Body.Span), code, why).ToArray());

    /// <summary>Whether a child's answer carries no error. One that comes as a stream is not looked into.</summary>
    public static bool IsSuccess(UpstreamResult result)
    {
        if (result is not UpstreamResult.Answered answer) return false;
        if (answer.Body is not MemoryStream body) return true;
        var watch = new AnswerWatch();
        watch.Feed(body.ToArray());
        return !watch.IsFailure;
    }

    private static UpstreamResult.Answered Json(byte[] message) => new(200, UpstreamContent.Json, new MemoryStream(message, writable: false));
}
