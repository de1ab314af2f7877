using Gatehouse.Authorization.Pages;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Authorization.Providers.Development;

internal static class DevelopmentEndpoints
{
    public static void AddDevelopmentProvider(this IServiceCollection services, DevelopmentSettings settings)
    {
        var accounts = new DevelopmentAccounts(settings);
        services
            .AddSingleton(accounts)
            .AddSingleton<ISignInRules>(accounts)
            .AddSingleton<IIdentityProvider, DevelopmentProvider>();
    }

    public static void MapDevelopmentProvider(this IEndpointRouteBuilder auth)
    {
        var page = auth.MapGroup("/development").AddEndpointFilter<RouteGroupBuilder, LoopbackOnly>();
        page.MapGet("", Show);
        page.MapPost("", SignInAsync);
    }

    private static IResult Show(HttpContext http, string? returnPath, DevelopmentAccounts accounts, IAntiforgery antiforgery) =>
        LocalPath.TryParse(returnPath, out var path) ? Form(http, path, accounts, antiforgery, null, null, null) : NoWayBack();

    private static async Task<IResult> SignInAsync(
        HttpContext http, DevelopmentAccounts accounts, IAntiforgery antiforgery, Admission admission, CancellationToken cancellationToken)
    {
        if (!http.Request.HasFormContentType || !await antiforgery.IsRequestValidAsync(http))
        {
            return await admission.RefuseAsync(http, new SignInRefusal(
                StatusCodes.Status400BadRequest, "This sign-in cannot be continued",
                "The form was not one that Gatehouse showed in this browser, or it stood open for too long.", "the form's token is missing or another browser's"));
        }

        var form = await http.Request.ReadFormAsync(cancellationToken);
        if (!LocalPath.TryParse(form["returnPath"], out var returnPath)) return NoWayBack();
        string? email = form["email"], name = form["name"];
        return accounts.Find(email, name) is { } user
            ? await admission.AdmitAsync(http, user, returnPath, cancellationToken)
            : Form(http, returnPath, accounts, antiforgery, "That is not an e-mail address.", email, name);
    }

    private static Page<DevelopmentPage> Form(
        HttpContext http, LocalPath returnPath, DevelopmentAccounts accounts, IAntiforgery antiforgery, string? problem, string? email, string? name)
    {
        var tokens = antiforgery.GetAndStoreTokens(http);
        var parameters = new Dictionary<string, object?>
        {
            [nameof(DevelopmentPage.Users)] = accounts.Users,
            [nameof(DevelopmentPage.ReturnPath)] = returnPath.ToString(),
            [nameof(DevelopmentPage.TokenField)] = tokens.FormFieldName,
            [nameof(DevelopmentPage.Token)] = tokens.RequestToken,
            [nameof(DevelopmentPage.Problem)] = problem,
            [nameof(DevelopmentPage.Email)] = email,
            [nameof(DevelopmentPage.Name)] = name,
        };
        // Open: after the sign-in the browser is led on, and with consent on file that ends at the MCP client's callback.
        return new Page<DevelopmentPage>(problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, parameters, FormAction.Open);
    }

    private static IResult NoWayBack() => MessagePage.Of(
        StatusCodes.Status400BadRequest, "This link does not work",
        "It does not say where to go on after signing in, or names another site.", "Go back to your application and connect again.");
}
