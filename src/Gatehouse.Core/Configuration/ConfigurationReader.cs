namespace Gatehouse.Core.Configuration;

/// <summary>From bytes to settings, or to every fault at once.</summary>
public static class ConfigurationReader
{
    public static ConfigurationResult Read(ConfigurationInput input)
    {
        var faults = new List<ConfigurationFault>();
        var warnings = OriginalEnvironment.Gone
            .Where(gone => input.Environment(gone.Key) is not null)
            .Select(gone => new ConfigurationFault($"environment variable {gone.Key}", "", $"has no effect: {gone.Value}."))
            .ToList();
        if (JsoncParser.Parse(input.FileName, input.Content.Span, faults) is not { } file) return new(null, faults, warnings);

        var binder = new SettingsBinder(new References(input, faults), faults);
        var settings = binder.Bind<GatehouseSettings>(OriginalEnvironment.Apply(file, input, faults));
        if (settings is null) return new(null, faults, warnings);

        var findings = new SettingsFindings(input.FileName, binder.Origins, faults, warnings);
        foreach (var check in SettingsChecks.All) check(settings, findings);
        return faults.Count > 0 ? new(null, faults, warnings) : new(Complete(settings, input.BaseDirectory), faults, warnings);
    }

    /// <summary>Fills in what follows from the rest: where to listen, and absolute folders.</summary>
    private static GatehouseSettings Complete(GatehouseSettings settings, string baseDirectory) => settings with
    {
        Listen = settings.Listen.Count > 0 ? settings.Listen : SettingsChecks.DefaultListen(settings.PublicUrl),
        McpServers = new OrderedDictionary<string, ServerSettings>(settings.McpServers.Select(server => KeyValuePair.Create(
            server.Key, server.Value with { Cwd = Path.GetFullPath(server.Value.Cwd ?? ".", baseDirectory) }))),
    };
}
