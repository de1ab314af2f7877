namespace Gatehouse.Bench.Driving;

/// <summary>Something was answered that is not the tool's result: a number made of it would be worthless.</summary>
internal sealed class UnexpectedAnswerException(string answer)
    : BenchException($"Not the tool's answer:\n{answer}");
