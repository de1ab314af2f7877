using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Architecture;

public sealed partial class NamespaceTests
{
    [Theory]
    [InlineData("Core")]
    [InlineData("Gateway")]
    [InlineData("Authorization")]
    [InlineData("Storage")]
    [InlineData("App")]
    public void A_namespace_is_its_folder(string project)
    {
        var root = Repository.PathOf("src", $"Gatehouse.{project}");
        var strays = from file in Repository.SourceFiles(project)
                     let match = Declaration().Match(File.ReadAllText(file))
                     where match.Success
                     let folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!)
                     let expected = folder == "." ? $"Gatehouse.{project}" : $"Gatehouse.{project}.{folder.Replace(Path.DirectorySeparatorChar, '.')}"
                     where match.Groups[1].Value != expected
                     select $"{Path.GetRelativePath(root, file)} declares {match.Groups[1].Value} instead of {expected}";
        Assert.Empty(strays);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
