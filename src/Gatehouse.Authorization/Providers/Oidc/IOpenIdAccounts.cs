using Gatehouse.Authorization.SignIn;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>Which accounts of a provider are let in, judged by claims whose origin is proven. Decides only.</summary>
internal interface IOpenIdAccounts
{
    AccountVerdict Judge(ProvenClaims claims);
}

internal abstract record AccountVerdict
{
    public sealed record User(SignedInUser Proven) : AccountVerdict;

    public sealed record Refused(SignInRefusal Refusal) : AccountVerdict;
}
