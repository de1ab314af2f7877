using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Database;

/// <summary>Hands out the provider's context as the one model that the rest of the folder knows.</summary>
internal sealed class ContextFactory<TContext>(IDbContextFactory<TContext> pool) : IDbContextFactory<GatehouseContext>
    where TContext : GatehouseContext
{
    public GatehouseContext CreateDbContext() => pool.CreateDbContext();
}
