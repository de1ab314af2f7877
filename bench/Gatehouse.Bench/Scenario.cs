namespace Gatehouse.Bench;

/// <summary>What one call is.</summary>
internal enum Work
{
    /// <summary><c>tools/call</c> of revision 2026-07-28, answered in JSON.</summary>
    Call,

    /// <summary>The same in revision 2025-11-25, on a session of the connection's own.</summary>
    LegacyCall,

    /// <summary>A call that is answered by a stream: a notification, then the result.</summary>
    Stream,

    /// <summary>A call with 256 KiB of arguments.</summary>
    LargeCall,

    /// <summary><c>tools/list</c> of 200 tools.</summary>
    List,

    /// <summary>A legacy session from <c>initialize</c> over one call to its end.</summary>
    Visit,
}

/// <summary>One table: a kind of call, and how many connections make it.</summary>
/// <param name="Name">What it is chosen by on the command line.</param>
/// <param name="Title">The table's.</param>
/// <param name="Work">What each call is.</param>
/// <param name="Connections">How many calls are in flight at most.</param>
/// <param name="PerSecond">How many calls come in a second, however fast they are answered; null: as many as are answered.</param>
/// <param name="IsWide">Whether the contenders take part that are there for comparison only.</param>
internal sealed record Scenario(string Name, string Title, Work Work, int Connections, int? PerSecond = null, bool IsWide = false)
{
    public static readonly IReadOnlyList<Scenario> All =
    [
        new("calls", "calls, 64 connections", Work.Call, 64, IsWide: true),
        new("one", "calls, 1 connection", Work.Call, 1, IsWide: true),
        new("paced", "2,000 calls a second", Work.Call, 64, PerSecond: 2000, IsWide: true),
        new("legacy", "calls on legacy sessions, 64 connections", Work.LegacyCall, 64),
        new("streams", "answers as streams, 64 connections", Work.Stream, 64),
        new("list", "lists of 200 tools, 16 connections", Work.List, 16),
        new("large", "256 KiB of arguments, 16 connections", Work.LargeCall, 16),
        new("visits", "legacy sessions opened, used once and ended, 16 connections", Work.Visit, 16),
    ];
}
