using Gatehouse.Core.Identity;

namespace Gatehouse.Gateway.Downstream.Authentication;

/// <summary>A token whose signature, issuer and times are right. For which endpoint, and whether it was withdrawn, is asked on each request.</summary>
/// <param name="Caller">Who it stands for.</param>
/// <param name="Audiences">The resources that it may be used at (<c>aud</c>).</param>
/// <param name="GrantId">The grant it stands on.</param>
internal sealed record AccessToken(Caller Caller, IReadOnlyList<string> Audiences, string GrantId);

/// <summary>What became of a request's bearer token.</summary>
internal abstract record TokenResult
{
    public sealed record Valid(AccessToken Token) : TokenResult;

    /// <param name="Reason">Why, for the log; the client learns no more than <c>invalid_token</c>.</param>
    public sealed record Invalid(string Reason) : TokenResult;
}
