using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>SQLite by default; PostgreSQL once a connection string is given.</summary>
public sealed record DatabaseSettings
{
    [Description("The folder for the SQLite file and the key file, relative to the configuration file.")]
    public string DataPath { get; init; } = "data";

    [Description("A PostgreSQL connection string (Host=…;Database=…;Username=…;Password=…). Best as ${env:…} or ${file:…}.")]
    public string? Postgres { get; init; }

    [Description("32 bytes in base64 that encrypt the keys kept in the database. Required with PostgreSQL, the same for every process; with SQLite one is made beside the database.")]
    public string? EncryptionKey { get; init; }
}
