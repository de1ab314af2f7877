namespace Gatehouse.Authorization.Consent;

/// <summary>The words of the consent form.</summary>
internal static class ConsentDecision
{
    public const string Field = "decision";
    public const string Allow = "allow";
    public const string Deny = "deny";
}
