using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Database;

/// <summary>SQLite has no type for times: ours are integers, so that comparing and sorting them means what it says.</summary>
internal sealed class SqliteContext(DbContextOptions<SqliteContext> options) : GatehouseContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Microseconds>();
        configurationBuilder.DefaultTypeMapping<DateTimeOffset>().HasConversion<Microseconds>();
    }
}
