namespace Gatehouse.Core.Configuration;

/// <summary>Takes what the checks find, and knows where each key was written.</summary>
internal sealed class SettingsFindings(
    string fileName,
    IReadOnlyDictionary<string, string> origins,
    List<ConfigurationFault> faults,
    List<ConfigurationFault> warnings)
{
    public void Fault(string path, string message) => faults.Add(new(OriginOf(path), path, message));

    public void Warn(string path, string message) => warnings.Add(new(OriginOf(path), path, message));

    /// <summary>Where it was written, or the nearest thing around it that was.</summary>
    private string OriginOf(string path)
    {
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('.'))])
        {
            if (origins.TryGetValue(at, out var origin)) return origin;
        }

        return fileName;
    }
}
