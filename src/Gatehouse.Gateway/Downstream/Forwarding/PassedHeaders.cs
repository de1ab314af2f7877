using Microsoft.AspNetCore.Http;

namespace Gatehouse.Gateway.Downstream.Forwarding;

/// <summary>The client's headers that an upstream gets to see. Everything else stays here, the token above all.</summary>
internal static class PassedHeaders
{
    private const string ParameterPrefix = "Mcp-Param-";
    private const string LastEventId = "Last-Event-ID";

    public static IReadOnlyList<KeyValuePair<string, string>> Of(IHeaderDictionary headers)
    {
        List<KeyValuePair<string, string>>? passed = null;
        foreach (var (name, values) in headers)
        {
            var goesOn = name.StartsWith(ParameterPrefix, StringComparison.OrdinalIgnoreCase)
                || name.Equals(ModernRules.VersionHeader, StringComparison.OrdinalIgnoreCase)
                || name.Equals(LastEventId, StringComparison.OrdinalIgnoreCase);
            if (!goesOn) continue;
            foreach (var value in values)
            {
                if (value is not null) (passed ??= []).Add(new(name, value));
            }
        }

        return passed ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }
}
