using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>How much one user may ask for, and one server may answer. Each process counts for itself.</summary>
public sealed record LimitSettings
{
    [Description("Bytes of the largest message that a client may send. A larger one is answered 413. 65536 to 67108864.")]
    public int RequestBytes { get; init; } = 4 * 1024 * 1024;

    [Description("Bytes of the largest answer that a server may give; it is cut off beyond that. Subscriptions have no end and no limit. 65536 to 1073741824.")]
    public int ResponseBytes { get; init; } = 32 * 1024 * 1024;

    [Description("Requests of one user that may be running at the same time. One more is answered 429. 0: any number.")]
    public int RunningPerUser { get; init; } = 100;

    [Description("Requests that may be running at one server at the same time. One more is answered 429. 0: any number.")]
    public int RunningPerServer { get; init; } = 500;

    [Description("Streams that one user may hold open: subscriptions, and the streams of sessions. One more is answered 429. 0: any number.")]
    public int StreamsPerUser { get; init; } = 100;

    [Description("Messages that one user may send per minute; as many may come at once. Beyond that they are answered 429. 0: any number.")]
    public int MessagesPerMinute { get; init; }

    [Description("Calls of one tool that one user may make per minute; as many may come at once. Beyond that they are answered 429. 0: any number.")]
    public int CallsPerMinute { get; init; }

    [Description("How long a stream of events may be quiet before the client gets a comment, so that nothing on the way takes it for dead. 0s: for ever.")]
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>The limits that one server has of its own.</summary>
[UnderscoresAllowed]
public sealed record ServerLimitSettings
{
    [Description("Bytes of its largest answer; see limits.responseBytes.")]
    public int? ResponseBytes { get; init; }

    [Description("Requests that may be running at the same time; see limits.runningPerServer.")]
    public int? Running { get; init; }

    [Description("Calls of one of its tools that one user may make per minute; see limits.callsPerMinute.")]
    public int? CallsPerMinute { get; init; }
}
