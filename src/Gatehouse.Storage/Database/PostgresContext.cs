using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Storage.Database;

internal sealed class PostgresContext(DbContextOptions<PostgresContext> options) : GatehouseContext(options);
