using System.Xml.Linq;

namespace Gatehouse.Tests.Architecture;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The projects under <c>src/</c>, by short name (<c>Core</c>, <c>Gateway</c>, …).</summary>
    public static IReadOnlyDictionary<string, XDocument> Projects { get; } = Directory
        .EnumerateFiles(PathOf("src"), "*.csproj", SearchOption.AllDirectories)
        .ToDictionary(ShortName, XDocument.Load);

    public static IEnumerable<string> SourceFiles(string project) => Directory
        .EnumerateFiles(PathOf("src", $"Gatehouse.{project}"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "Migrations"));

    private static string ShortName(string file) => Path.GetFileNameWithoutExtension(file).Replace("Gatehouse.", "", StringComparison.Ordinal);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Gatehouse.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests run from a build inside a checkout: no Gatehouse.slnx above them.");
    }
}
