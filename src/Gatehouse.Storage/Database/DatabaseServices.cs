using Gatehouse.Core.Configuration;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Gatehouse.Storage.Database;

internal static class DatabaseServices
{
    /// <param name="dataPath">The data folder, absolute.</param>
    public static IServiceCollection AddDatabase(this IServiceCollection services, DatabaseSettings settings, string dataPath)
    {
        services.AddSingleton(new DataFolder(dataPath)).AddSingleton<Preparation>();
        if (settings.Postgres is { } connectionString) services.AddPostgres(connectionString);
        else services.AddSqlite();
        services.AddOpenIddict().AddCore(core => core.UseEntityFrameworkCore().UseDbContext<GatehouseContext>());
        return services;
    }

    private static void AddPostgres(this IServiceCollection services, string connectionString) => services
        .AddSingleton(provider => PostgresDatabase.CreateSource(connectionString, provider.GetRequiredService<ILoggerFactory>()))
        .AddSingleton<IDatabase, PostgresDatabase>()
        .AddContexts<PostgresContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));

    private static void AddSqlite(this IServiceCollection services) => services
        .AddSingleton<SqliteDatabase>()
        .AddSingleton<IDatabase>(provider => provider.GetRequiredService<SqliteDatabase>())
        .AddContexts<SqliteContext>((provider, options) => options
            .UseSqlite(provider.GetRequiredService<SqliteDatabase>().ConnectionString)
            .AddInterceptors(new SqliteBusyTimeout()));

    /// <summary>One pool of contexts, for singletons through the factory and for OpenIddict through the scope.</summary>
    private static IServiceCollection AddContexts<TContext>(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> use)
        where TContext : GatehouseContext => services
        .AddPooledDbContextFactory<TContext>((provider, options) =>
        {
            use(provider, options);
            // Statements are for who looks for a fault, not for every day's log.
            options.ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));
        })
        .AddSingleton<IDbContextFactory<GatehouseContext>, ContextFactory<TContext>>()
        .AddScoped(provider => provider.GetRequiredService<IDbContextFactory<GatehouseContext>>().CreateDbContext());
}
