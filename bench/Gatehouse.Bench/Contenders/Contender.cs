namespace Gatehouse.Bench.Contenders;

/// <summary>One row of the table: where calls go, and whose CPU time counts.</summary>
/// <param name="Name">The row's title.</param>
/// <param name="ProcessId">The process that is measured, with all its children.</param>
/// <param name="Target">Where it takes calls.</param>
/// <param name="DatabaseId">A database that works beside it, counted apart; null if there is none.</param>
/// <param name="IsWide">Whether it takes part in wide scenarios only.</param>
internal sealed record Contender(string Name, int ProcessId, Target Target, int? DatabaseId = null, bool IsWide = false);
