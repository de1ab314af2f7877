using System.Net;
using Gatehouse.Authorization.SignIn;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Authorization.Providers.Development;

/// <summary>
/// Keeps the page without a password on this machine, whatever the process was told to listen on: the connection comes from here and
/// arrives here, no proxy says that it brings somebody from elsewhere, and the browser believes that it talks to this machine
/// (or a foreign page has rebound its own name to our address).
/// </summary>
internal sealed class LoopbackOnly(Admission admission) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (WhyRefused(context.HttpContext) is not { } reason) return await next(context);
        return await admission.RefuseAsync(context.HttpContext, new SignInRefusal(
            StatusCodes.Status403Forbidden, "Only on this machine",
            "This sign-in asks for no password, so it works only in a browser on the machine that Gatehouse runs on, at a localhost address.", reason));
    }

    private static string? WhyRefused(HttpContext http) =>
        !IsLoopback(http.Connection.RemoteIpAddress) || !IsLoopback(http.Connection.LocalIpAddress) ? "the connection is not a loopback one"
        : !IsLoopback(http.Request.Host.Host) ? "the Host header names another machine"
        : http.Request.Headers["X-Forwarded-For"].SelectMany(Addresses).All(IsLoopback) ? null
        : "a proxy says that the request comes from another machine";

    private static IEnumerable<string> Addresses(string? header) => header?.Split(',', StringSplitOptions.TrimEntries) ?? [];

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsLoopback(address));

    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
