using System.Text.Json;

namespace Gatehouse.Core.Audit;

/// <summary>The words that stand in the database and on the command line for actions and outcomes: kebab-case.</summary>
public static class AuditNames
{
    private static readonly Dictionary<AuditAction, string> _actions = NamesOf<AuditAction>();
    private static readonly Dictionary<AuditOutcome, string> _outcomes = NamesOf<AuditOutcome>();
    private static readonly Dictionary<string, AuditAction> _actionsByName = _actions.ToDictionary(pair => pair.Value, pair => pair.Key);
    private static readonly Dictionary<string, AuditOutcome> _outcomesByName = _outcomes.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static IReadOnlyCollection<string> Actions => _actions.Values;

    public static IReadOnlyCollection<string> Outcomes => _outcomes.Values;

    public static string Of(AuditAction action) => _actions[action];

    public static string Of(AuditOutcome outcome) => _outcomes[outcome];

    public static AuditAction ParseAction(string name) => _actionsByName[name];

    public static AuditOutcome ParseOutcome(string name) => _outcomesByName[name];

    private static Dictionary<T, string> NamesOf<T>() where T : struct, Enum =>
        Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));
}
