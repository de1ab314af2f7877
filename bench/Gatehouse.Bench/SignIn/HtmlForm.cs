using System.Net;
using System.Text.RegularExpressions;

namespace Gatehouse.Bench.SignIn;

/// <summary>The first form of a page, as a browser would send it after a click on its first button.</summary>
internal sealed partial record HtmlForm(Uri Action, IReadOnlyDictionary<string, string> Fields)
{
    /// <param name="page">The page's HTML.</param>
    /// <param name="address">Where it was found.</param>
    /// <param name="typed">What a person types, by field name; only into fields that the form has.</param>
    public static HtmlForm First(string page, Uri address, IReadOnlyDictionary<string, string> typed)
    {
        var form = Form().Match(page);
        if (!form.Success) throw new BenchException($"{address.AbsolutePath} shows no form to go on with:\n{page}");
        var fields = new Dictionary<string, string>();
        foreach (var input in Input().Matches(form.Value).Select(match => match.Value))
        {
            if (Attribute(input, "name") is not { } name) continue;
            fields[name] = typed.GetValueOrDefault(name) ?? Attribute(input, "value") ?? "";
        }

        var button = Button().Match(form.Value).Value;
        if (Attribute(button, "name") is { } clicked) fields[clicked] = Attribute(button, "value") ?? "";
        return new(new Uri(address, Attribute(form.Groups[1].Value, "action") ?? ""), fields);
    }

    private static string? Attribute(string tag, string name)
    {
        var match = Attributes().Matches(tag).FirstOrDefault(match => match.Groups[1].Value == name);
        return match is null ? null : WebUtility.HtmlDecode(match.Groups[2].Value);
    }

    [GeneratedRegex("(<form[^>]*>).*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex("<button[^>]*>")]
    private static partial Regex Button();

    [GeneratedRegex("""\s([a-z-]+)="([^"]*)""")]
    private static partial Regex Attributes();
}
