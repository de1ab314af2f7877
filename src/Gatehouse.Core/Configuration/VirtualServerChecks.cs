namespace Gatehouse.Core.Configuration;

/// <summary>What must hold for each virtual server. A setting that would silently do nothing is a fault: somebody relies on it.</summary>
internal static class VirtualServerChecks
{
    public static IEnumerable<Action<GatehouseSettings, SettingsFindings>> All { get; } = [Names, NameLength, Each(Parts), Each(Patterns), Each(Renames), Each(Descriptions)];

    private static Action<GatehouseSettings, SettingsFindings> Each(Action<GatehouseSettings, VirtualServerSettings, string, SettingsFindings> check) => (settings, findings) =>
    {
        foreach (var (name, server) in settings.VirtualServers) check(settings, server, $"virtualServers.{name}", findings);
    };

    private static void Names(GatehouseSettings settings, SettingsFindings findings)
    {
        foreach (var name in settings.VirtualServers.Keys)
        {
            if (!ServerChecks.IsName(name)) findings.Fault($"virtualServers.{name}", $"is no server name: {ServerChecks.NameForm}.");
            if (settings.McpServers.Keys.FirstOrDefault(server => server.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } taken)
                findings.Fault($"virtualServers.{name}", $"has the name of the server {taken}; both would be /mcp/{name}.");
        }

        foreach (var twins in settings.VirtualServers.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            findings.Fault($"virtualServers.{twins.Last()}", $"differs from {twins.First()} only by upper and lower case; paths would be mixed up.");
        }
    }

    private static void NameLength(GatehouseSettings settings, SettingsFindings findings)
    {
        if (settings.Aggregate.MaxNameLength is < AggregateSettings.ShortestName or > AggregateSettings.LongestName)
            findings.Fault("aggregate.maxNameLength", $"must be from {AggregateSettings.ShortestName} to {AggregateSettings.LongestName}.");
    }

    private static void Parts(GatehouseSettings settings, VirtualServerSettings server, string path, SettingsFindings findings)
    {
        if (server is { Servers.Count: 0, Tools.Count: 0, Prompts.Count: 0, Resources.Count: 0 })
            findings.Fault(path, "shows nothing: name whole servers in servers, or parts of them in tools, prompts or resources.");
        foreach (var (key, names) in new[] { ("servers", server.Servers), ("prompts", server.Prompts), ("resources", server.Resources) })
        {
            for (var i = 0; i < names.Count; i++)
            {
                CheckServer(settings, names[i], $"{path}.{key}[{i}]", findings);
                if (key != "servers" && server.Servers.Contains(names[i])) findings.Fault($"{path}.{key}[{i}]", $"has no effect: servers takes {names[i]} whole.");
            }
        }
    }

    private static void Patterns(GatehouseSettings settings, VirtualServerSettings server, string path, SettingsFindings findings)
    {
        for (var i = 0; i < server.Tools.Count; i++)
        {
            if (CheckPattern(settings, server.Tools[i], $"{path}.tools[{i}]", findings) is { } pattern && server.Servers.Contains(pattern.Server))
                findings.Fault($"{path}.tools[{i}]", $"has no effect: servers takes {pattern.Server} whole. Take it out there to show a part of it, or use exclude.");
        }

        var tools = server.Tools.Select(ToolPattern.Parse).OfType<ToolPattern>().Select(pattern => pattern.Server).Concat(server.Servers).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < server.Exclude.Count; i++)
        {
            if (CheckPattern(settings, server.Exclude[i], $"{path}.exclude[{i}]", findings) is { } pattern && !tools.Contains(pattern.Server))
                findings.Fault($"{path}.exclude[{i}]", $"has no effect: neither servers nor tools takes any tool of {pattern.Server}.");
        }
    }

    private static void Renames(GatehouseSettings settings, VirtualServerSettings server, string path, SettingsFindings findings)
    {
        foreach (var (name, target) in server.Rename)
        {
            var at = $"{path}.rename.{name}";
            if (!ServerChecks.IsToolName(name) || name.Length > settings.Aggregate.MaxNameLength || name.Contains(ToolPattern.Separator, StringComparison.Ordinal))
                findings.Fault(at, $"is no name for a tool: 1 to {settings.Aggregate.MaxNameLength} letters, digits, - and _, without a double underscore, which begins the names of other tools.");
            if (CheckPattern(settings, target, at, findings) is { } tool) CheckTool(server, target, tool, at, findings);
        }

        foreach (var twice in server.Rename.GroupBy(rename => rename.Value, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            findings.Fault($"{path}.rename.{twice.Last().Key}", $"gives {twice.Key} a second name beside {twice.First().Key}; keep one.");
        }
    }

    private static void Descriptions(GatehouseSettings settings, VirtualServerSettings server, string path, SettingsFindings findings)
    {
        foreach (var name in server.Descriptions.Keys.Where(name => !server.Rename.ContainsKey(name)))
        {
            var at = $"{path}.descriptions.{name}";
            if (CheckPattern(settings, name, at, findings) is not { } tool) continue;
            CheckTool(server, name, tool, at, findings);
            if (server.Rename.FirstOrDefault(rename => rename.Value == name).Key is { } renamed) findings.Fault(at, $"is called {renamed} here; describe it by that name.");
        }
    }

    private static void CheckTool(VirtualServerSettings server, string name, ToolPattern tool, string at, SettingsFindings findings)
    {
        var own = name[(tool.Server.Length + ToolPattern.Separator.Length)..];
        if (own.Contains('*', StringComparison.Ordinal)) findings.Fault(at, "must name one tool, not a pattern.");
        else if (!server.Shows(tool.Server, own)) findings.Fault(at, $"has no effect: {name} is not shown here. Add it to tools.");
    }

    private static ToolPattern? CheckPattern(GatehouseSettings settings, string text, string at, SettingsFindings findings)
    {
        if (ToolPattern.Parse(text) is not { } pattern)
        {
            findings.Fault(at, "must be SERVER__TOOL.");
            return null;
        }

        return CheckServer(settings, pattern.Server, at, findings) ? pattern : null;
    }

    private static bool CheckServer(GatehouseSettings settings, string name, string at, SettingsFindings findings)
    {
        if (!settings.McpServers.TryGetValue(name, out var server))
        {
            var meant = SettingNames.Nearest(name, settings.McpServers.Keys) is { } nearest ? $" Did you mean {nearest}?" : "";
            findings.Fault(at, $"there is no server {name} in mcpServers.{meant}");
            return false;
        }

        if (!server.IsActive) findings.Warn(at, $"shows nothing: the server {name} is disabled.");
        return true;
    }
}
