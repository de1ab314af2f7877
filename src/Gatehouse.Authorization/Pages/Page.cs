using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gatehouse.Authorization.Pages;

/// <summary>One page for a browser: a component rendered once on the server, under headers that let it do next to nothing.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="parameters">The component's parameters, by name.</param>
/// <param name="formAction">Where its forms may lead; none by default. See <see cref="FormAction"/>.</param>
internal sealed class Page<TComponent>(int status, Dictionary<string, object?> parameters, FormAction? formAction = null) : IResult
    where TComponent : IComponent
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        PageHeaders.Set(httpContext.Response.Headers, formAction ?? FormAction.None);
        return new RazorComponentResult<TComponent>(parameters) { StatusCode = status }.ExecuteAsync(httpContext);
    }
}
