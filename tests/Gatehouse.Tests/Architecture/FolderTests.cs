using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Gatehouse.Tests.Architecture;

/// <summary>Inside a half, folders form a one-way street: each may use only those that its row names.</summary>
public sealed class FolderTests
{
    private static readonly Dictionary<string, string[]> _gateway = new()
    {
        ["Protocol"] = [],
        ["Memory"] = [],
        ["Policy"] = [],
        ["Routing"] = ["Protocol", "Policy"],
        ["Sessions"] = ["Memory", "Protocol"],
        ["Upstreams"] = ["Protocol"],
        ["Downstream"] = ["Memory", "Protocol", "Policy", "Routing", "Sessions", "Upstreams"],
    };

    private static readonly Dictionary<string, string[]> _authorization = new()
    {
        ["Pages"] = [],
        ["Keys"] = [],
        ["SignIn"] = ["Pages"],
        ["Providers"] = ["SignIn", "Pages"],
        ["Protocol"] = [],
        ["Clients"] = ["Protocol"],
        ["Consent"] = ["Pages", "SignIn"],
        ["Discovery"] = ["Protocol"],
        ["Token"] = ["Protocol", "SignIn", "Clients"],
        ["Authorize"] = ["Protocol", "SignIn", "Clients", "Consent", "Pages"],
    };

    /// <summary>What a folder that only decides must not even mention: the caller performs the effects.</summary>
    private static readonly string[] _effects =
    [
        "Microsoft.Extensions.Logging.", "System.Net.Http.", "Microsoft.Extensions.Configuration.", "System.TimeProvider", "System.IO.File", "System.IO.Directory",
    ];

    [Fact]
    public void The_gateways_folders_depend_one_way() => AssertOneWay("Gateway", typeof(Gatehouse.Gateway.GatewayEndpoints).Assembly, _gateway);

    [Fact]
    public void The_authorization_servers_folders_depend_one_way() =>
        AssertOneWay("Authorization", typeof(Gatehouse.Authorization.AuthorizationServer).Assembly, _authorization);

    [Theory]
    [InlineData("Protocol")]
    [InlineData("Policy")]
    [InlineData("Routing")]
    public void What_decides_in_the_gateway_has_no_effects(string folder)
    {
        var effects = from type in TypesOf(typeof(Gatehouse.Gateway.GatewayEndpoints).Assembly)
                      where FolderOf("Gateway", type.FullName) == folder
                      from dependency in type.Dependencies
                      where _effects.Any(effect => dependency.Target.FullName.StartsWith(effect, StringComparison.Ordinal))
                      select $"{type.FullName} uses {dependency.Target.FullName}";
        Assert.Empty(effects.Distinct());
    }

    private static void AssertOneWay(string project, System.Reflection.Assembly assembly, Dictionary<string, string[]> table)
    {
        var strays = from type in TypesOf(assembly)
                     let folder = FolderOf(project, type.FullName)
                     where folder is { Length: > 0 }
                     from dependency in type.Dependencies
                     let target = FolderOf(project, dependency.Target.FullName)
                     where target is not null && target != folder
                     where !table.TryGetValue(folder, out var allowed) || !allowed.Contains(target)
                     select $"{folder} uses {target}: {type.FullName} -> {dependency.Target.FullName}";
        Assert.Empty(strays.Distinct().Order());
    }

    private static IEnumerable<IType> TypesOf(System.Reflection.Assembly assembly) =>
        new ArchLoader().LoadAssemblies(assembly).Build().Types;

    /// <summary>The folder right below the project: empty for its root, null for a type of somebody else's.</summary>
    private static string? FolderOf(string project, string fullName)
    {
        var prefix = $"Gatehouse.{project}.";
        if (!fullName.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var rest = fullName[prefix.Length..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? "" : rest[..dot];
    }
}
