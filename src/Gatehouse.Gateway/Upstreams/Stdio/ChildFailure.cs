using System.Globalization;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Why a child is down, in two voices.</summary>
/// <param name="Failed">For clients.</param>
/// <param name="LastWords">The last line of the program's stderr, which may hold what is not for clients: for the operator.</param>
internal sealed record ChildFailure(ChildOpening.Failed Failed, string? LastWords)
{
    /// <summary>So many times in a row is no mishap any more.</summary>
    private const int CrashLoop = 5;
    private const int LongestWords = 200;

    /// <summary>The same for the operator.</summary>
    public string Detail => LastWords is null ? Failed.Reason : $"{Failed.Reason}; its last words: {(LastWords.Length > LongestWords ? LastWords[..LongestWords] + "…" : LastWords)}";

    public static ChildFailure Of(ChildEnd end, int failures, TimeSpan pause)
    {
        var again = string.Create(CultureInfo.InvariantCulture, $"next try in {pause.TotalSeconds:0.#} s");
        var reason = failures switch
        {
            1 => $"{end.Failed.Reason}; {again}",
            < CrashLoop => string.Create(CultureInfo.InvariantCulture, $"{end.Failed.Reason}, {failures} times in a row; {again}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"crash loop: {end.Failed.Reason}, {failures} times in a row; {again}"),
        };
        return new ChildFailure(end.Failed with { Reason = reason }, end.LastWords);
    }
}

/// <summary>How one life of a child ended.</summary>
/// <param name="Failed">Why.</param>
/// <param name="Ran">How long it had run.</param>
/// <param name="LastWords">The last line of its stderr.</param>
/// <param name="IsRest">It was ended because nobody used it.</param>
internal sealed record ChildEnd(ChildOpening.Failed Failed, TimeSpan Ran, string? LastWords, bool IsRest);
