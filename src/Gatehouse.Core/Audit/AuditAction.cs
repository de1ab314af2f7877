namespace Gatehouse.Core.Audit;

/// <summary>What somebody did. Stored by <see cref="AuditNames"/>, so the order here may change.</summary>
public enum AuditAction
{
    SignIn,
    Register,
    Consent,
    IssueToken,
    RevokeToken,
    Initialize,
    List,
    Call,
    Read,
    Get,
    Complete,
    Subscribe,
    Other,
}
