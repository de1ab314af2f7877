namespace Gatehouse.Authorization.SignIn;

/// <summary>Who is let in, as the configuration says today. Asked at sign-in, for each browser session, and at each refresh.</summary>
internal interface ISignInRules
{
    /// <returns>Why the user is not let in, for the audit trail and the page; null if they are.</returns>
    string? WhyRefused(SignedInUser user);
}
