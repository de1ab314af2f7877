using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>For how long and for whom a merged list holds (2026-07-28, "Caching"): no longer than its shortest share, and everybody's only if every share is.</summary>
internal static class MergedHints
{
    /// <param name="answers">The shares.</param>
    /// <param name="dependsOnUser">Whether another user would get other shares.</param>
    public static CachingHints Of(IReadOnlyList<ListAnswer> answers, bool dependsOnUser, TimeProvider time)
    {
        var shortest = TimeSpan.MaxValue;
        var isPublic = !dependsOnUser;
        for (var place = 0; place < answers.Count; place++)
        {
            if (answers[place].IsNotOffered) continue;
            var (list, problem) = (answers[place].List, answers[place].Problem);

            // What a server left unsaid counts as nothing, and what is missing may be back any moment.
            var left = list is not null && problem is null ? (list.Promised ?? TimeSpan.Zero) - time.GetElapsedTime(list.Asked) : TimeSpan.Zero;
            if (left < shortest) shortest = left;
            isPublic &= list?.IsPublic == true && problem is null;
        }

        return new CachingHints(shortest == TimeSpan.MaxValue ? 0 : Math.Max(0, (long)shortest.TotalMilliseconds), isPublic);
    }
}
