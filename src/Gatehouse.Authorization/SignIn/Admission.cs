using Gatehouse.Authorization.Pages;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Authorization.SignIn;

/// <summary>The last step of every sign-in, whatever the provider: in and on record, or out, on record and told why.</summary>
internal sealed partial class Admission(ISignInRules rules, IAuditLog audit, TimeProvider time, ILogger<Admission> logger)
{
    /// <summary>Lets a proven user in if the rules do, and sends the browser on.</summary>
    public async Task<IResult> AdmitAsync(HttpContext http, SignedInUser user, LocalPath returnPath, CancellationToken cancellationToken)
    {
        if (rules.WhyRefused(user) is { } why)
            return await RefuseAsync(http, SignInRefusal.NotLetIn(why, why, user.Subject, user.Email) with { ReturnPath = returnPath });
        // On record first: what cannot be recorded must not happen.
        var recorded = await TryRecordAsync(Event(http, AuditOutcome.Ok) with { Subject = user.Subject, User = user.Email }, cancellationToken);
        if (!recorded) return NotRecorded();
        await SessionCookie.WriteAsync(http, user);
        return new SeeOther(returnPath);
    }

    /// <summary>Keeps somebody out. Takes no cancellation: who hangs up on a refusal is still on record.</summary>
    public async Task<IResult> RefuseAsync(HttpContext http, SignInRefusal refusal)
    {
        var recorded = await TryRecordAsync(
            Event(http, refusal.Outcome) with { Subject = refusal.Subject, User = refusal.Email, Reason = refusal.Reason }, CancellationToken.None);
        if (!recorded) return NotRecorded();
        if (refusal.Status >= StatusCodes.Status500InternalServerError) LogBroken(refusal.Reason);
        return refusal.ReturnPath is { } path
            ? MessagePage.Of(refusal.Status, refusal.Title, new PageAction("Try another account", SignInStart.OtherAccount(path).ToString()), refusal.Says)
            : MessagePage.Of(refusal.Status, refusal.Title, refusal.Says, "Go back to your application and connect again.");
    }

    private async Task<bool> TryRecordAsync(AuditEvent auditEvent, CancellationToken cancellationToken)
    {
        try
        {
            await audit.RecordAsync(auditEvent, cancellationToken);
            return true;
        }
        catch (AuditUnavailableException)
        {
            return false;
        }
    }

    private static IResult NotRecorded() => MessagePage.Of(
        StatusCodes.Status503ServiceUnavailable, "Nobody can sign in right now",
        "Gatehouse keeps a record of every sign-in and cannot write it at the moment. Try again in a minute.",
        "If this stays, tell whoever runs Gatehouse that its database does not take the audit trail.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in does not work: {Reason}")]
    private partial void LogBroken(string reason);

    private AuditEvent Event(HttpContext http, AuditOutcome outcome)
    {
        var now = time.GetUtcNow();
        return new AuditEvent { Id = Guid.CreateVersion7(now), Time = now, Action = AuditAction.SignIn, Outcome = outcome, RequestId = http.TraceIdentifier };
    }
}
