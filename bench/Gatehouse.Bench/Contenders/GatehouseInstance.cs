using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gatehouse.Bench.Contenders;

/// <summary>One Gatehouse to start, stop and ask: the program as it is built, with a configuration that changes no default that matters here.</summary>
internal sealed class GatehouseInstance
{
    /// <summary>The one MCP server's name.</summary>
    public const string Server = "bench";

    /// <summary>How calls are scheduled unless the configuration says otherwise.</summary>
    public const string Pool = "pool";

    private readonly string _program;
    private readonly string _folder;
    private readonly string _configuration;

    private GatehouseInstance(string program, string folder, int port) =>
        (_program, _folder, Port, _configuration) = (program, folder, port, $"{folder}/gatehouse-{port}.json");

    public int Port { get; }

    /// <param name="program">The executable.</param>
    /// <param name="folder">For the configuration, the SQLite database and the log.</param>
    /// <param name="upstream">The MCP server behind it.</param>
    /// <param name="postgres">A connection string; null: SQLite.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<GatehouseInstance> ConfigureAsync(string program, string folder, Uri upstream, string? postgres, CancellationToken cancellationToken)
    {
        var instance = new GatehouseInstance(program, folder, ChildProcess.FreePort());
        var url = $"http://127.0.0.1:{instance.Port}";
        var configuration = new Dictionary<string, object>
        {
            ["publicUrl"] = url,
            ["listen"] = new[] { url },
            ["identity"] = new { provider = "development" },
            ["tokens"] = new { accessTokenLifetime = "1h" }, // longer than the measurement
            ["mcpServers"] = new Dictionary<string, object> { [Server] = new { url = upstream } },
        };
        if (postgres is not null)
            configuration["database"] = new { postgres, encryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };
        await File.WriteAllTextAsync(instance._configuration, JsonSerializer.Serialize(configuration), cancellationToken);
        return instance;
    }

    /// <summary>
    /// Another process on the same database, at another port, for the same clients: it has the same public URL, and so takes
    /// the same tokens.
    /// </summary>
    /// <param name="program">The executable.</param>
    /// <param name="scheduling">Which threads it works on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<GatehouseInstance> BesideAsync(string program, string scheduling, CancellationToken cancellationToken)
    {
        var other = new GatehouseInstance(program, _folder, ChildProcess.FreePort());
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(_configuration, cancellationToken))!;
        configuration["listen"] = new JsonArray($"http://127.0.0.1:{other.Port}");
        if (scheduling != Pool) configuration["scheduling"] = scheduling;
        await File.WriteAllTextAsync(other._configuration, configuration.ToJsonString(), cancellationToken);
        return other;
    }

    /// <summary>The endpoint of the one server, or of all.</summary>
    public Uri Resource(bool all) => new($"http://127.0.0.1:{Port}{PathOf(all)}");

    public static string PathOf(bool all) => all ? "/mcp" : $"/mcp/{Server}";

    /// <summary>Where a process of it takes calls.</summary>
    public Target Target(bool all, (string One, string All) tokens) => new(Port, PathOf(all), all ? $"{Server}__" : "", all ? tokens.All : tokens.One);

    public ChildProcess Start() => ChildProcess.Start("gatehouse", _folder, _program, "run", _configuration);

    /// <summary>How many calls the audit trail knows of since a time: a fast gateway that forgets is not fast.</summary>
    public async Task<int> CountRecordedCallsAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        string[] arguments =
            ["audit", "query", "--config", _configuration, "--action", "call", "--outcome", "ok", "--since", since.ToString("O"), "--limit", "1000000", "--output", "json"];
        using var query = Process.Start(new ProcessStartInfo(_program, arguments) { RedirectStandardOutput = true })!;
        var count = 0;
        while (await query.StandardOutput.ReadLineAsync(cancellationToken) is not null) count++;
        await query.WaitForExitAsync(cancellationToken);
        return query.ExitCode == 0 ? count : throw new BenchException($"gatehouse audit query ended with {query.ExitCode}.");
    }
}
