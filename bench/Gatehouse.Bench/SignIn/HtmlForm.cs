using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Gatehouse.Bench.SignIn;

/// <summary>The first form of a page, as a browser would send it after a click on its first button.</summary>
internal sealed record HtmlForm(Uri Action, IReadOnlyDictionary<string, string> Fields)
{
    /// <param name="page">The page's HTML.</param>
    /// <param name="address">Where it was found.</param>
    /// <param name="typed">What a person types, by field name; only into fields that the form has.</param>
    public static HtmlForm First(string page, Uri address, IReadOnlyDictionary<string, string> typed)
    {
        using var document = new HtmlParser().ParseDocument(page);
        if (document.Forms is not [var form, ..]) throw new BenchException($"{address.AbsolutePath} shows no form to go on with:\n{page}");
        var fields = form.Elements.OfType<IHtmlInputElement>()
            .Where(input => input.Name is { Length: > 0 })
            .ToDictionary(input => input.Name!, input => typed.GetValueOrDefault(input.Name!) ?? input.Value);
        if (form.Elements.OfType<IHtmlButtonElement>().FirstOrDefault() is { Name.Length: > 0 } button) fields[button.Name] = button.Value;
        return new(new Uri(address, form.GetAttribute("action") ?? ""), fields);
    }
}
