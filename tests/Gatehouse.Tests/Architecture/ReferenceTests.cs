namespace Gatehouse.Tests.Architecture;

public sealed class ReferenceTests
{
    /// <summary>Who may reference whom. Gateway and Authorization never meet below App.</summary>
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Core"] = [],
        ["Gateway"] = ["Core"],
        ["Authorization"] = ["Core"],
        ["Storage"] = ["Core", "Authorization"],
        ["App"] = ["Core", "Gateway", "Authorization", "Storage"],
    };

    /// <summary>Packages with an owner: the prefix of the name, and the projects that may reference it.</summary>
    private static readonly Dictionary<string, string[]> _owners = new()
    {
        ["Npgsql"] = ["Storage"],
        ["Microsoft.EntityFrameworkCore"] = ["Storage"],
        ["Microsoft.AspNetCore.DataProtection.EntityFrameworkCore"] = ["Storage"],
        ["OpenIddict"] = ["Authorization", "Storage"],
        ["Microsoft.AspNetCore.Authentication.OpenIdConnect"] = ["Authorization"],
        ["Google."] = ["Authorization"],
        ["AWSSDK."] = ["Authorization"],
        ["System.CommandLine"] = ["App"],
        ["Spectre.Console"] = ["App"],
        ["ModelContextProtocol"] = [],
    };

    [Fact]
    public void Each_project_references_only_what_the_table_allows()
    {
        Assert.Equal(_allowed.Keys.Order(), Repository.Projects.Keys.Order());
        foreach (var (project, document) in Repository.Projects)
        {
            var references = document.Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                .Select(name => name.Replace("Gatehouse.", "", StringComparison.Ordinal));
            Assert.All(references, reference => Assert.Contains(reference, _allowed[project]));
        }
    }

    [Fact]
    public void Packages_stay_with_their_owners()
    {
        var strays = from project in Repository.Projects
                     from reference in project.Value.Descendants("PackageReference")
                     let package = reference.Attribute("Include")!.Value
                     from owner in _owners
                     where package.StartsWith(owner.Key, StringComparison.Ordinal) && !owner.Value.Contains(project.Key)
                     select $"{project.Key} references {package}, which belongs to {string.Join(" and ", owner.Value.DefaultIfEmpty("the tests"))}";
        Assert.Empty(strays);
    }

    [Fact]
    public void Versions_are_written_in_one_place()
    {
        var versions = from project in Repository.Projects
                       from reference in project.Value.Descendants("PackageReference")
                       where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
                       select $"{project.Key}: {reference.Attribute("Include")!.Value}";
        Assert.Empty(versions);
    }
}
