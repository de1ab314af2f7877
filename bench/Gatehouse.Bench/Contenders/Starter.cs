namespace Gatehouse.Bench.Contenders;

/// <summary>How to start a contender's process, and what to call once it runs.</summary>
internal sealed record Starter(Func<ChildProcess> Start, Func<ChildProcess, Contender> Contender);
