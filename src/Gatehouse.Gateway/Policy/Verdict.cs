namespace Gatehouse.Gateway.Policy;

/// <summary>Whether somebody may do something. The reason is for the audit trail; the client only learns that nothing is there.</summary>
internal abstract record Verdict
{
    public sealed record Allowed : Verdict
    {
        public static readonly Allowed Instance = new();
    }

    public sealed record Denied(string Reason) : Verdict;
}
