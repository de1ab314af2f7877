using Gatehouse.App.Hosting;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Audit;
using Gatehouse.Core.Configuration;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.Tests.Authorization;

/// <summary>One process with the role oauth on a real socket.</summary>
internal sealed class ProtocolProcess(WebApplication app, GatehouseSettings settings, FakeSignIn signIn, RecordingAudit audit) : IAsyncDisposable
{
    public GatehouseSettings Settings => settings;

    public FakeSignIn SignIn => signIn;

    public RecordingAudit Audit => audit;

    /// <summary>Where it listens, which in split tests is not where its public URL says.</summary>
    public Uri Address => settings.Listen[0];

    public string Root => settings.PublicUrl.GetLeftPart(UriPartial.Authority);

    public string Resource => $"{Root}/mcp";

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<ProtocolProcess> StartAsync(GatehouseSettings settings, string folder, CancellationToken cancellationToken, TimeProvider? time = null, Action<WebApplicationBuilder>? configure = null)
    {
        var signIn = new FakeSignIn();
        var audit = new RecordingAudit();
        var app = GatehouseHost.Build(settings, GatehouseRole.OAuth, folder, builder =>
        {
            builder.Services.RemoveAll<IBrowserSession>().AddSingleton<IBrowserSession>(signIn);
            builder.Services.RemoveAll<ISignInRules>().AddSingleton<ISignInRules>(signIn);
            builder.Services.AddSingleton<IAuditLog>(audit);
            configure?.Invoke(builder);
            if (time is not null) builder.Services.Replace(ServiceDescriptor.Singleton(time));
        });
        await app.Services.PrepareStorageAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        return new ProtocolProcess(app, settings, signIn, audit);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}
