using Gatehouse.Core.Configuration;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Authorization.Pages;

internal static class PageServices
{
    /// <summary>What pages and their forms need: static rendering, and tokens that tie a form to the browser it was shown in.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, GatehouseSettings settings)
    {
        services.AddRazorComponents();
        return services.Configure<AntiforgeryOptions>(options =>
        {
            options.Cookie = new BrowserCookie(settings.PublicUrl, "gatehouse-form");
            options.FormFieldName = "form-token";
            options.SuppressXFrameOptionsHeader = true; // PageHeaders says it, and more strictly
        });
    }
}
