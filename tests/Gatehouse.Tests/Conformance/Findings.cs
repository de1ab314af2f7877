using System.Collections.Frozen;
using System.Globalization;

namespace Gatehouse.Tests.Conformance;

/// <summary>How a check ended, from worst to best.</summary>
internal enum CheckStatus
{
    Failure,
    Warning,
    Skipped,
    Info,
    Success,
}

/// <summary>One check of a scenario: the same one may be made several times.</summary>
internal readonly record struct Check(string Id, CheckStatus Status);

/// <summary>What a scenario found out: each check with its status, as often as it was made.</summary>
internal sealed class Findings(IEnumerable<Check> checks)
{
    private readonly FrozenDictionary<string, CheckStatus[]> _checks = checks
        .GroupBy(check => check.Id)
        .ToFrozenDictionary(group => group.Key, group => group.Select(check => check.Status).Order().ToArray(), StringComparer.Ordinal);

    public static Findings None { get; } = new([]);

    /// <summary>What went worse here than there: check by check, after leaving out what both have.</summary>
    /// <param name="direct">The findings without the gateway.</param>
    public IReadOnlyList<string> LossesAgainst(Findings direct) =>
        [.. from id in direct._checks.Keys.Union(_checks.Keys).Order(StringComparer.Ordinal)
            let before = Without(direct.StatusesOf(id), StatusesOf(id))
            let after = Without(StatusesOf(id), direct.StatusesOf(id))
            where !IsBetter(before, after)
            select $"{id}: {Join(before)} became {Join(after)}"];

    /// <summary>Without what only informs: a mock server notes each request so, and a gateway asks on its own account as well.</summary>
    public Findings Judgements => new(from check in _checks from status in check.Value where status is not CheckStatus.Info select new Check(check.Key, status));

    /// <summary>What is wrong, whoever is compared.</summary>
    public IReadOnlyList<string> Faults =>
        _checks.Count == 0 ? ["nothing came of it"]
        : [.. from check in _checks from status in check.Value where status <= CheckStatus.Warning select $"{check.Key}: {WordFor(status)}"];

    /// <summary>How many checks ended how; what only informs is not counted.</summary>
    public override string ToString()
    {
        var counted = _checks.Values.SelectMany(statuses => statuses).Where(status => status is not CheckStatus.Info).CountBy(status => status).OrderByDescending(count => count.Key);
        var text = string.Join(", ", counted.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {WordFor(count.Key)}")));
        return text.Length == 0 ? "nothing to check" : text;
    }

    private CheckStatus[] StatusesOf(string id) => _checks.GetValueOrDefault(id) ?? [];

    private static List<CheckStatus> Without(CheckStatus[] these, CheckStatus[] those)
    {
        List<CheckStatus> left = [.. these];
        foreach (var status in those) left.Remove(status);
        return left;
    }

    /// <summary>Each change is one for the better; a fault may vanish, and a good word may be added.</summary>
    private static bool IsBetter(List<CheckStatus> before, List<CheckStatus> after)
    {
        var faultsThatMayVanish = Math.Max(0, before.Count - after.Count);
        return before.Take(faultsThatMayVanish).All(status => status <= CheckStatus.Skipped)
            && after.Skip(before.Count).All(status => status >= CheckStatus.Info)
            && before.Skip(faultsThatMayVanish).Zip(after).All(change => change.Second > change.First);
    }

    private static string Join(List<CheckStatus> statuses) => statuses.Count == 0 ? "nothing" : string.Join(" and ", statuses.Select(WordFor));

    private static string WordFor(CheckStatus status) => status switch
    {
        CheckStatus.Success => "passed",
        CheckStatus.Failure => "failed",
        CheckStatus.Warning => "warned",
        CheckStatus.Skipped => "skipped",
        _ => "informed",
    };
}
