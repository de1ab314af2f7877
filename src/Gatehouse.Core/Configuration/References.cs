using System.Text;
using System.Text.RegularExpressions;

namespace Gatehouse.Core.Configuration;

/// <summary>Puts in what <c>${env:NAME}</c> and <c>${file:PATH}</c> refer to. <c>$${</c> stands for <c>${</c> itself.</summary>
internal sealed partial class References(ConfigurationInput input, List<ConfigurationFault> faults)
{
    public string Expand(string text, string origin, string path)
    {
        if (!text.Contains("${", StringComparison.Ordinal)) return text;
        var result = new StringBuilder();
        var rest = text.AsSpan();
        while (rest.IndexOf("${") is var start && start >= 0)
        {
            if (start > 0 && rest[start - 1] == '$')
            {
                result.Append(rest[..(start - 1)]).Append("${");
                rest = rest[(start + 2)..];
                continue;
            }

            result.Append(rest[..start]);
            var end = rest[start..].IndexOf('}');
            var reference = end < 0 ? rest[start..] : rest.Slice(start, end + 1);
            result.Append(Resolve(reference.ToString(), origin, path));
            rest = rest[(start + reference.Length)..];
        }

        return result.Append(rest).ToString();
    }

    private string Resolve(string reference, string origin, string path)
    {
        if (Pattern().Match(reference) is not { Success: true } match)
        {
            faults.Add(new(origin, path, $"holds {reference}; a reference is ${{env:NAME}} or ${{file:PATH}}, and $${{ is a plain ${{."));
            return "";
        }

        var name = match.Groups["name"].Value;
        if (match.Groups["kind"].Value == "env")
        {
            if (input.Environment(name) is { } value) return value;
            faults.Add(new(origin, path, $"refers to the environment variable {name}, which is not set."));
            return "";
        }

        if (input.ReadFile(Path.GetFullPath(name, input.BaseDirectory)) is { } content) return content.TrimEnd('\r', '\n');
        faults.Add(new(origin, path, $"refers to the file {name}, which cannot be read. Relative paths start at {input.BaseDirectory}."));
        return "";
    }

    [GeneratedRegex(@"^\$\{(?<kind>env|file):(?<name>[^}]+)\}$")]
    private static partial Regex Pattern();
}
