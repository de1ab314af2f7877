using System.Data.Common;
using Gatehouse.Core.Configuration;

namespace Gatehouse.App.Cli;

/// <summary>A configuration in a few words, none of them secret.</summary>
internal sealed class Summary(ConfigurationFile configuration)
{
    private readonly GatehouseSettings _settings = configuration.Settings;

    public string Url => new PublicEndpoints(_settings.PublicUrl).Root;

    public string SignIn => _settings.Identity switch
    {
        { Provider: IdentityProvider.Google, Google: { } google } => $"Google Workspace ({google.Domain})",
        { Provider: IdentityProvider.Oidc, Oidc: { } oidc } => $"{oidc.Issuer.Host} ({string.Join(", ", oidc.AllowedDomains)})",
        _ => "a name to pick (development)",
    };

    public string State => _settings.Database.Postgres is { } postgres
        ? Postgres(postgres)
        : $"SQLite in {Path.GetFullPath(_settings.Database.DataPath, configuration.BaseDirectory)}";

    public IReadOnlyList<string> ServerNames => [.. _settings.McpServers.Where(server => server.Value.IsActive).Select(server => server.Key)];

    public string Servers => ServerNames switch
    {
        [] => "no servers",
        [var only] => $"1 server ({only})",
        var several => $"{several.Count} servers ({string.Join(", ", several)})",
    };

    /// <summary>Names host and database alone: the string may hold a password.</summary>
    private static string Postgres(string connectionString)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            var host = parts.TryGetValue("Host", out var value) || parts.TryGetValue("Server", out value) ? value : null;
            return host is null ? "PostgreSQL" : parts.TryGetValue("Database", out var database) ? $"PostgreSQL ({database} at {host})" : $"PostgreSQL (at {host})";
        }
        catch (ArgumentException)
        {
            return "PostgreSQL"; // whether the string is one, storage says when it opens it
        }
    }
}
