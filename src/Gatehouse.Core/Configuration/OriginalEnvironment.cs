namespace Gatehouse.Core.Configuration;

/// <summary>The original proxy's environment variables: where each goes when the file does not say otherwise.</summary>
public static class OriginalEnvironment
{
    /// <summary>Variables that keep their meaning, and the setting that each stands for.</summary>
    public static IReadOnlyDictionary<string, string> Kept { get; } = new Dictionary<string, string>
    {
        ["GOOGLE_OAUTH"] = "identity.google.clientId and identity.google.clientSecret",
        ["GOOGLE_WORKSPACE_DOMAIN"] = "identity.google.domain",
        ["SA_EMAIL"] = "identity.google.directory.serviceAccountEmail",
        ["GOOGLE_ADMIN_EMAIL"] = "identity.google.directory.adminEmail",
        ["GOOGLE_CUSTOMER_ID"] = "identity.google.directory.customerId",
        ["GOOGLE_ORG_UNIT_PATH"] = "identity.google.directory.orgUnitPath",
        ["MCP_SERVERS_CONFIG_PATH"] = "mcpServers",
        ["HOST"] = "listen",
        ["PORT"] = "listen",
    };

    /// <summary>Variables that mean nothing any more, and why. One that is set is a warning.</summary>
    public static IReadOnlyDictionary<string, string> Gone { get; } = new Dictionary<string, string>
    {
        ["FORCE_HTTPS_DOMAINS"] = "publicUrl says which scheme clients use; the Host header is never trusted",
        ["OAUTH_SERVICE_URL"] = "the proxy checks tokens by itself",
        ["GCP_SECRET_ARN"] = "the directory is not read yet, so groups come from an OpenID Connect claim",
        ["MCP_OAUTH_REFRESH_GROUPS_INTERVAL"] = "the directory is not read yet, so groups come from an OpenID Connect claim",
        ["MCP_OAUTH_REFRESH_USERS_INTERVAL"] = "the directory is not read yet, so groups come from an OpenID Connect claim",
        ["GOOGLE_USER_AGENT"] = "it was sent to the directory only",
        ["SSE_URL"] = "a server's url is in mcpServers",
        ["LOG_DIR"] = "logs go to standard output",
    };

    /// <summary>Puts the variables where the file has nothing.</summary>
    internal static JsoncNode.Map Apply(JsoncNode.Map file, ConfigurationInput input, List<ConfigurationFault> faults)
    {
        file = Identity(file, input, faults);
        if (file.Find("mcpServers") is null) file = Servers(file, input, faults);
        return file.Find("listen") is null ? Listen(file, input) : file;
    }

    private static JsoncNode.Map Identity(JsoncNode.Map file, ConfigurationInput input, List<ConfigurationFault> faults)
    {
        var identity = file.Find("identity");
        if (identity is null && input.Environment("GOOGLE_OAUTH") is null) return file;
        var map = identity switch
        {
            null => new JsoncNode.Map(Origin("GOOGLE_OAUTH"), [new("provider", new JsoncNode.Text(Origin("GOOGLE_OAUTH"), "google"))]),
            JsoncNode.Map written when written.Find("provider") is JsoncNode.Text { Value: "google" } => written,
            _ => null,
        };
        if (map is null || map.Find("google") is not (null or JsoncNode.Map)) return file;

        var google = map.Find("google") as JsoncNode.Map ?? new JsoncNode.Map(map.Origin, []);
        google = Credentials(google, input, faults);
        google = Fill(google, "domain", "GOOGLE_WORKSPACE_DOMAIN", input);
        if (google.Find("directory") is null or JsoncNode.Map)
        {
            var directory = google.Find("directory") as JsoncNode.Map ?? new JsoncNode.Map(google.Origin, []);
            directory = Fill(directory, "serviceAccountEmail", "SA_EMAIL", input);
            directory = Fill(directory, "adminEmail", "GOOGLE_ADMIN_EMAIL", input);
            directory = Fill(directory, "customerId", "GOOGLE_CUSTOMER_ID", input);
            directory = Fill(directory, "orgUnitPath", "GOOGLE_ORG_UNIT_PATH", input);
            if (directory.Members.Count > 0) google = google.Replace("directory", directory);
        }

        return file.Replace("identity", map.Replace("google", google));
    }

    /// <summary>The console's download: <c>{"web": {…}}</c>, <c>{"installed": {…}}</c>, or the two values themselves.</summary>
    private static JsoncNode.Map Credentials(JsoncNode.Map google, ConfigurationInput input, List<ConfigurationFault> faults)
    {
        if (input.Environment("GOOGLE_OAUTH") is not { } json) return google;
        if (JsoncParser.Parse(Origin("GOOGLE_OAUTH"), System.Text.Encoding.UTF8.GetBytes(json), faults) is not { } root) return google;
        var client = root.Find("web") as JsoncNode.Map ?? root.Find("installed") as JsoncNode.Map ?? root;
        foreach (var (key, source) in new[] { ("clientId", "client_id"), ("clientSecret", "client_secret") })
        {
            if (google.Find(key) is not null) continue;
            if (client.Find(source) is JsoncNode.Text text) google = google.With(key, new JsoncNode.Text(Origin("GOOGLE_OAUTH"), Literally(text.Value)));
            else faults.Add(new(Origin("GOOGLE_OAUTH"), $"web.{source}", "is missing: the value is the JSON that Google's console offers for download."));
        }

        return google;
    }

    private static JsoncNode.Map Servers(JsoncNode.Map file, ConfigurationInput input, List<ConfigurationFault> faults)
    {
        if (input.Environment("MCP_SERVERS_CONFIG_PATH") is not { } path) return file;
        if (input.ReadFile(Path.GetFullPath(path, input.BaseDirectory)) is not { } content)
        {
            faults.Add(new(Origin("MCP_SERVERS_CONFIG_PATH"), "mcpServers", $"{path} cannot be read."));
            return file;
        }

        if (JsoncParser.Parse(path, System.Text.Encoding.UTF8.GetBytes(content), faults) is not { } servers) return file;
        if (servers.Find("mcpServers") is { } written) return file.With("mcpServers", written);
        faults.Add(new(servers.Origin, "mcpServers", "is missing."));
        return file;
    }

    private static JsoncNode.Map Listen(JsoncNode.Map file, ConfigurationInput input)
    {
        if (input.Environment("PORT") is not { } port) return file;
        var url = $"http://{input.Environment("HOST") ?? "0.0.0.0"}:{port}";
        return file.With("listen", new JsoncNode.List(Origin("PORT"), [new JsoncNode.Text(Origin("PORT"), Literally(url))]));
    }

    private static JsoncNode.Map Fill(JsoncNode.Map map, string key, string variable, ConfigurationInput input) =>
        map.Find(key) is null && input.Environment(variable) is { } value
            ? map.With(key, new JsoncNode.Text(Origin(variable), Literally(value)))
            : map;

    /// <summary>A value of the environment is no place for references.</summary>
    private static string Literally(string value) => value.Replace("${", "$${", StringComparison.Ordinal);

    private static string Origin(string variable) => $"environment variable {variable}";
}
