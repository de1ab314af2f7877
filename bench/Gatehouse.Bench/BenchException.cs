namespace Gatehouse.Bench;

/// <summary>The measurement cannot go on: what it would show were not true.</summary>
internal class BenchException(string message) : Exception(message);
