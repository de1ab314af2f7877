namespace Gatehouse.Core.Configuration;

/// <summary>What must hold for limits: a typing error must not shut everybody out, nor let everything in.</summary>
internal static class LimitChecks
{
    private const int SmallestBody = 64 * 1024;
    private const int LargestRequest = 64 * 1024 * 1024;
    private const int LargestResponse = 1024 * 1024 * 1024;

    public static IEnumerable<Action<GatehouseSettings, SettingsFindings>> All { get; } = [Everywhere, PerServer];

    private static void Everywhere(GatehouseSettings settings, SettingsFindings findings)
    {
        var limits = settings.Limits;
        Size(limits.RequestBytes, LargestRequest, "limits.requestBytes", findings);
        Size(limits.ResponseBytes, LargestResponse, "limits.responseBytes", findings);
        Number(limits.RunningPerUser, "limits.runningPerUser", findings);
        Number(limits.RunningPerServer, "limits.runningPerServer", findings);
        Number(limits.StreamsPerUser, "limits.streamsPerUser", findings);
        Number(limits.MessagesPerMinute, "limits.messagesPerMinute", findings);
        Number(limits.CallsPerMinute, "limits.callsPerMinute", findings);
        if (limits.KeepAlive != TimeSpan.Zero && (limits.KeepAlive < TimeSpan.FromSeconds(1) || limits.KeepAlive > TimeSpan.FromHours(1)))
            findings.Fault("limits.keepAlive", "must be from 1s to 1h, or 0s for none.");
    }

    private static void PerServer(GatehouseSettings settings, SettingsFindings findings)
    {
        foreach (var (name, server) in settings.McpServers)
        {
            var path = $"mcpServers.{name}";
            if (server.MaxDuration is < 1 or > 86400) findings.Fault($"{path}.maxDuration", "is in seconds, from 1 to 86400.");
            else if (server.Timeout <= 3600 && server.MaxDuration < server.Timeout) findings.Fault($"{path}.maxDuration", $"must not be shorter than timeout ({server.Timeout}), which it would hide.");
            if (server.Limits is not { } limits) continue;
            if (limits.ResponseBytes is { } bytes) Size(bytes, LargestResponse, $"{path}.limits.responseBytes", findings);
            if (limits.Running is { } running) Number(running, $"{path}.limits.running", findings);
            if (limits.CallsPerMinute is { } calls) Number(calls, $"{path}.limits.callsPerMinute", findings);
        }
    }

    private static void Size(int bytes, int most, string path, SettingsFindings findings)
    {
        if (bytes < SmallestBody || bytes > most) findings.Fault(path, $"is in bytes, from {SmallestBody} to {most}.");
    }

    private static void Number(int number, string path, SettingsFindings findings)
    {
        if (number is < 0 or > 1_000_000) findings.Fault(path, "must be from 1 to 1000000, or 0 for no limit.");
    }
}
