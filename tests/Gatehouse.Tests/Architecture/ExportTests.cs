namespace Gatehouse.Tests.Architecture;

/// <summary>What each half shows to the outside is a list: everything else is internal.</summary>
public sealed class ExportTests
{
    [Fact]
    public void The_gateway_exports_its_doors_and_its_reports() => AssertExports(
        typeof(Gatehouse.Gateway.GatewayEndpoints).Assembly,
        "Gatehouse.Gateway.GatewayEndpoints",
        "Gatehouse.Gateway.Upstreams.IUpstreamReports",
        "Gatehouse.Gateway.Upstreams.UpstreamReport");

    [Fact]
    public void The_authorization_server_exports_its_doors_and_its_stores() => AssertExports(
        typeof(Gatehouse.Authorization.AuthorizationServer).Assembly,
        "Gatehouse.Authorization.AuthorizationServer",
        "Gatehouse.Authorization.Consent.ConsentGrant",
        "Gatehouse.Authorization.Consent.IConsentStore",
        "Gatehouse.Authorization.Keys.ISigningKeyStore",
        "Gatehouse.Authorization.Keys.StoredSigningKey");

    [Fact]
    public void Storage_exports_its_doors_and_its_failure() => AssertExports(
        typeof(Gatehouse.Storage.StorageServices).Assembly,
        "Gatehouse.Storage.StorageException",
        "Gatehouse.Storage.StorageServices");

    /// <summary>Migrations and Razor components are public because their generators make them so; nothing outside takes them.</summary>
    private static void AssertExports(System.Reflection.Assembly assembly, params string[] exports) =>
        Assert.Equal(exports, assembly.GetExportedTypes()
            .Where(type => !typeof(Microsoft.EntityFrameworkCore.Migrations.Migration).IsAssignableFrom(type))
            .Where(type => !typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(type))
            .Select(type => type.FullName).Order(StringComparer.Ordinal));
}
