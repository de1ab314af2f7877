using System.Security.Claims;
using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.SignIn;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Gatehouse.Authorization.Consent;

/// <summary>Shows the question and knows its own answer again: a form counts only from the browser and the user it was shown to.</summary>
internal sealed class ConsentForm(IAntiforgery antiforgery, IOptions<AntiforgeryOptions> options)
{
    /// <param name="parameters">The authorization request.</param>
    public IResult Show(HttpContext http, SignedInUser user, ConsentQuestion question, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var tokens = antiforgery.GetAndStoreTokens(As(http, user));
        KeyValuePair<string, string>[] fields =
        [
            .. parameters,
            new(tokens.FormFieldName, tokens.RequestToken!),
        ];

        // The answer's redirect leads to the client, and often on from there to a page that says "done"; browsers hold every
        // one of these steps against form-action, and would stop without a word.
        return new Page<ConsentView>(
            StatusCodes.Status200OK,
            new()
            {
                [nameof(ConsentView.ClientName)] = question.ClientName,
                [nameof(ConsentView.RedirectHost)] = question.RedirectHost,
                [nameof(ConsentView.IsLoopback)] = question.IsLoopback,
                [nameof(ConsentView.Resource)] = question.Resource,
                [nameof(ConsentView.Scopes)] = string.Join(' ', question.Scopes),
                [nameof(ConsentView.UserName)] = user.Name is null ? user.Email : $"{user.Name} ({user.Email})",
                [nameof(ConsentView.Fields)] = fields,
            },
            FormAction.Open);
    }

    /// <summary>What the form adds to the authorization request.</summary>
    public bool IsOwnField(string name) => name == ConsentDecision.Field || name == options.Value.FormFieldName;

    /// <returns>Which button was pressed; null if the request is not the form's. Only a post is: the antiforgery check lets every GET pass.</returns>
    public static string? DecisionOf(HttpContext http) =>
        HttpMethods.IsPost(http.Request.Method) && http.Request.HasFormContentType && http.Request.Form[ConsentDecision.Field] is [var decision, ..] ? decision : null;

    public Task<bool> IsOursAsync(HttpContext http, SignedInUser user) => antiforgery.IsRequestValidAsync(As(http, user));

    /// <summary>The antiforgery token names the user of the request, so that one made for another user is worthless.</summary>
    private static HttpContext As(HttpContext http, SignedInUser user)
    {
        http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user.Subject)], "gatehouse", "sub", null));
        return http;
    }
}
