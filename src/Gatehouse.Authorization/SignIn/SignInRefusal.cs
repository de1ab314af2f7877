using Gatehouse.Core.Audit;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.SignIn;

/// <summary>Why somebody does not get in, in two voices: what the page says, and what the audit trail keeps.</summary>
/// <param name="Status">The page's HTTP status.</param>
/// <param name="Title">What happened, in a few words.</param>
/// <param name="Says">Why, in words that a user understands. Names no rule that a stranger should not learn.</param>
/// <param name="Reason">The inner reason, for the operator. Never holds a token, a code, or text that a stranger chose.</param>
internal sealed record SignInRefusal(int Status, string Title, string Says, string Reason)
{
    public AuditOutcome Outcome { get; init; } = AuditOutcome.Refused;

    public string? Subject { get; init; }

    public string? Email { get; init; }

    /// <summary>Where the sign-in was to lead. Null where it is not known to be this browser's own: then the page offers no way on.</summary>
    public LocalPath? ReturnPath { get; init; }

    /// <summary>The provider proved an account, and it is not one that is let in.</summary>
    public static SignInRefusal NotLetIn(string says, string reason, string? subject, string? email) =>
        new(StatusCodes.Status403Forbidden, "This account is not let in", says, reason) { Subject = subject, Email = email };
}
