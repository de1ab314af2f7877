using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace Gatehouse.Authorization.Protocol;

/// <summary>What every endpoint of the protocol goes through, outermost first.</summary>
internal static class ProtocolFilters
{
    private const long LargestBody = 64 * 1024;

    private static readonly CorsPolicy _anyOrigin = new CorsPolicyBuilder()
        .AllowAnyOrigin().AllowAnyHeader().WithMethods(HttpMethods.Get, HttpMethods.Post).SetPreflightMaxAge(TimeSpan.FromHours(1)).Build();

    /// <summary>Our address is the configured one, whatever the Host header and the proxies before us say.</summary>
    public static ValueTask<object?> PinAddressAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var publicUrl = context.HttpContext.RequestServices.GetRequiredService<GatehouseSettings>().PublicUrl;
        context.HttpContext.Request.Scheme = publicUrl.Scheme;
        context.HttpContext.Request.Host = HostString.FromUriComponent(publicUrl);
        return next(context);
    }

    /// <summary>Bodies that are too large or not a form are the client's fault and said so; an audit trail that is away stops what it cannot record.</summary>
    public static async ValueTask<object?> RefuseBadBodiesAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = LargestBody;
        try
        {
            if (http.Request.HasFormContentType) await http.Request.ReadFormAsync(http.RequestAborted);
            var result = await next(context);
            if (result is not IResult answer) return result;

            // Answered in here: issuing a token is the result's work, and records it.
            await answer.ExecuteAsync(http);
            return Results.Empty;
        }
        catch (BadHttpRequestException failure)
        {
            return Error(http, failure.StatusCode, OpenIddictConstants.Errors.InvalidRequest, failure.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"The body is larger than {LargestBody} bytes."
                : "The request cannot be read.");
        }
        catch (InvalidDataException)
        {
            return Error(http, StatusCodes.Status400BadRequest, OpenIddictConstants.Errors.InvalidRequest, "The form cannot be read: too many fields, or one that is too long.");
        }
        catch (AuditUnavailableException)
        {
            return Error(http, StatusCodes.Status503ServiceUnavailable, OpenIddictConstants.Errors.TemporarilyUnavailable, "What was asked for cannot be recorded at the moment.");
        }
    }

    /// <summary>Pages of any origin may call it (MCP clients that run in a browser do), but never with the browser's cookies.</summary>
    public static ValueTask<object?> OpenToPagesAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var cors = http.RequestServices.GetRequiredService<ICorsService>();
        cors.ApplyResult(cors.EvaluatePolicy(http, _anyOrigin), http.Response);
        return HttpMethods.IsOptions(http.Request.Method) ? ValueTask.FromResult<object?>(Results.NoContent()) : next(context);
    }

    /// <summary>OpenIddict looks at the request first, and the endpoint sees only what it passes on.</summary>
    public static async ValueTask<object?> AskOpenIddictAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var handler = await http.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>()
            .GetHandlerAsync(http, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (await ((EndpointScheme)handler!).HandleRequestAsync()) return Results.Empty;

        // Passing an error on, it has already set the status, and ASP.NET runs no endpoint once a filter has set one of 400 or more.
        http.Response.StatusCode = StatusCodes.Status200OK;
        return await next(context);
    }

    private static IResult Error(HttpContext http, int status, string error, string description)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new Dictionary<string, string> { ["error"] = error, ["error_description"] = description }, statusCode: status);
    }
}
