using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Audit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Gatehouse.Authorization.Providers.Oidc;

/// <summary>What a failure of the protocol means to the user, and what to the operator.</summary>
internal static class CallbackRefusals
{
    public static SignInRefusal Denied { get; } = new(
        StatusCodes.Status403Forbidden, "You are not signed in",
        "The sign-in was cancelled or refused at the sign-in service.",
        "the provider answered access_denied");

    public static SignInRefusal NotOurs(string reason) => new(
        StatusCodes.Status400BadRequest, "This sign-in cannot be continued",
        "It was begun in another browser, was used already, or took longer than ten minutes.",
        reason);

    public static SignInRefusal Unreachable(Exception failure) => new(
        StatusCodes.Status502BadGateway, "The sign-in service does not answer",
        "Gatehouse asks it who you are, and cannot reach it or make sense of its answer. Try again in a minute.",
        $"the provider cannot be reached: {Describe(failure.GetBaseException())}")
    { Outcome = AuditOutcome.Unreachable };

    public static SignInRefusal Of(Exception? failure, bool browserLeft) => failure switch
    {
        _ when browserLeft => NotOurs("the browser went away") with { Outcome = AuditOutcome.Cancelled },
        // The framework's own words about the state; constants without data.
        AuthenticationFailureException state => NotOurs($"the answer does not belong to this browser: {state.Message}"),
        OpenIdConnectProtocolInvalidNonceException => Untrusted("the ID token's nonce is not this sign-in's"),
        SecurityTokenSignatureKeyNotFoundException => Untrusted("the ID token is signed with a key that the provider does not publish"),
        SecurityTokenInvalidSignatureException => Untrusted("the ID token's signature is missing or wrong"),
        SecurityTokenInvalidAlgorithmException => Untrusted("the ID token's algorithm is not accepted"),
        SecurityTokenInvalidIssuerException => Untrusted("the ID token is another issuer's"),
        SecurityTokenInvalidAudienceException => Untrusted("the ID token is for another client"),
        SecurityTokenExpiredException or SecurityTokenInvalidLifetimeException or SecurityTokenNotYetValidException => Untrusted("the ID token is not of this time"),
        SecurityTokenException token => Untrusted($"the ID token is refused: {token.GetType().Name}"),
        OpenIdConnectProtocolException protocol when protocol.Data["error"] is string error => Answered(CodeOf(error)),
        OpenIdConnectProtocolException => Untrusted("the provider's answer breaks the protocol"),
        null => Untrusted("the provider's answer is refused"),
        _ => Unreachable(failure),
    };

    private static SignInRefusal Untrusted(string reason) => new(
        StatusCodes.Status400BadRequest, "This sign-in cannot be trusted",
        "What the sign-in service sent does not pass the checks that keep others from signing in as you. If it happens again, tell whoever runs Gatehouse.",
        reason);

    private static SignInRefusal Answered(string error) => error switch
    {
        "invalid_grant" => NotOurs("the provider answered invalid_grant: the code is unknown to it, or was used already"),
        _ => new SignInRefusal(
            StatusCodes.Status502BadGateway, "The sign-in service refused",
            "It did not accept Gatehouse's request. That is nothing you can change: tell whoever runs Gatehouse, or try again later.",
            $"the provider answered {error}"),
    };

    /// <summary>An error code's own alphabet (RFC 6749 section 4.1.2.1), cut short: the text came through the browser.</summary>
    private static string CodeOf(string error) => new([.. error.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.').Take(64)]);

    /// <summary>Messages of the network name hosts and ports; others could hold what the provider said.</summary>
    private static string Describe(Exception failure) => failure switch
    {
        HttpRequestException or System.Net.Sockets.SocketException or InvalidOperationException => failure.Message,
        OperationCanceledException or TimeoutException => "no answer in time",
        _ => failure.GetType().Name,
    };
}
