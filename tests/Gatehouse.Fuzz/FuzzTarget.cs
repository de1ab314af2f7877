using Gatehouse.Fuzz.Targets;

namespace Gatehouse.Fuzz;

/// <summary>One entrance for bytes of strangers, and what must hold whatever they are.</summary>
/// <param name="Name">Also the folder of its seeds.</param>
/// <param name="Check">Throws when it does not hold.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Check)
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("scanner", ScannerTarget.Check),
        new("splice", SpliceTarget.Check),
        new("server-message", ServerMessageTarget.Check),
        new("event-stream", EventStreamTarget.Check),
        new("list-page", ListPageTarget.Check),
        new("listen", ListenTarget.Check),
        new("session-id", SessionIdTarget.Check),
        new("header", HeaderTarget.Check),
    ];

    /// <summary>Inputs to begin with: honest ones, and each that once broke something.</summary>
    public IReadOnlyList<byte[]> Seeds() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "seeds", Name)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}
