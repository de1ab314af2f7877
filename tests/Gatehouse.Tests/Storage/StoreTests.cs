using Gatehouse.Authorization.Consent;
using Gatehouse.Authorization.Keys;
using Gatehouse.Core.Identity;
using Gatehouse.Storage;
using Gatehouse.Storage.Database;
using Gatehouse.Tests.Parts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Gatehouse.Tests.Storage;

public sealed class SqliteStoreTests() : StoreTests(new SqliteStore())
{
    [Fact]
    public async Task Only_the_owner_can_read_the_database_and_its_key()
    {
        await using var process = await Store.OpenAsync(Cancellation);
        var folder = ((SqliteStore)Store).DataPath;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.All(Directory.EnumerateFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_database_without_its_key_is_refused_and_not_given_a_new_one()
    {
        await (await Store.OpenAsync(Cancellation)).DisposeAsync();
        var keyFile = Path.Combine(((SqliteStore)Store).DataPath, "gatehouse.key");
        File.Delete(keyFile);
        var failure = await Assert.ThrowsAsync<StorageException>(() => Store.OpenAsync(Cancellation));
        Assert.Contains("gatehouse.key is missing", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(keyFile));
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_is_refused()
    {
        await (await Store.OpenAsync(Cancellation)).DisposeAsync();
        File.SetUnixFileMode(Path.Combine(((SqliteStore)Store).DataPath, "gatehouse.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var failure = await Assert.ThrowsAsync<StorageException>(() => Store.OpenAsync(Cancellation));
        Assert.Contains("chmod 600", failure.Message, StringComparison.Ordinal);
    }
}

public sealed class PostgresStoreTests(PostgresServer server) : StoreTests(new PostgresStore(server))
{
    [Fact]
    public async Task A_wrong_encryption_key_is_refused_at_the_start()
    {
        await (await Store.OpenAsync(Cancellation)).DisposeAsync();
        ((PostgresStore)Store).UseKey(Convert.ToBase64String(new byte[32]));
        var failure = await Assert.ThrowsAsync<StorageException>(() => Store.OpenAsync(Cancellation));
        Assert.Contains("database.encryptionKey", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_named_without_its_password()
    {
        ((PostgresStore)Store).UseConnection("Host=127.0.0.1;Port=1;Database=gatehouse;Username=me;Password=hunter2");
        var failure = await Assert.ThrowsAsync<StorageException>(() => Store.OpenAsync(Cancellation));
        Assert.Contains("127.0.0.1:1, database gatehouse", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revocation_reaches_the_other_process_within_a_second()
    {
        await using var one = await Store.OpenAsync(Cancellation);
        await using var two = await Store.OpenAsync(Cancellation);
        await one.Get<IRevocations>().RevokeAsync("grant-1", Cancellation);
        while (!two.Get<IRevocations>().IsRevoked("grant-1"))
        {
            Cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.False(two.Get<IRevocations>().IsRevoked("grant-2"));
    }
}

/// <summary>What the stores promise, on every database.</summary>
public abstract class StoreTests(TestStore store) : IAsyncLifetime
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected TestStore Store => store;

    public ValueTask InitializeAsync() => store.CreateAsync(Cancellation);

    public ValueTask DisposeAsync()
    {
        store.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_migrations_make_the_whole_model()
    {
        await using var process = await store.OpenAsync(Cancellation);
        await using var context = await process.Get<IDbContextFactory<GatehouseContext>>().CreateDbContextAsync(Cancellation);
        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Several_processes_may_start_at_once()
    {
        var processes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => store.OpenAsync(Cancellation, hosted: false), Cancellation)));
        foreach (var process in processes) await process.DisposeAsync();
    }

    [Fact]
    public async Task A_newer_database_is_refused()
    {
        await using (var process = await store.OpenAsync(Cancellation, hosted: false))
        {
            await using var context = await process.Get<IDbContextFactory<GatehouseContext>>().CreateDbContextAsync(Cancellation);
            await context.Database.ExecuteSqlRawAsync(
                "INSERT INTO \"__EFMigrationsHistory\" (\"MigrationId\", \"ProductVersion\") VALUES ('99990101000000_Later', '99.0.0')", Cancellation);
        }

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.OpenAsync(Cancellation));
        Assert.Contains("newer Gatehouse", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_processes_that_add_the_next_key_one_does()
    {
        await using var one = await store.OpenAsync(Cancellation);
        await using var two = await store.OpenAsync(Cancellation);
        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(
            () => (i % 2 == 0 ? one : two).Get<ISigningKeyStore>().TryAddAsync(Key($"k{i}"), null, Cancellation), Cancellation)));
        Assert.Single(added, success => success);
        var first = Assert.Single(await one.Get<ISigningKeyStore>().ListAsync(Cancellation));

        Assert.False(await two.Get<ISigningKeyStore>().TryAddAsync(Key("late"), "not the newest", Cancellation));
        Assert.True(await two.Get<ISigningKeyStore>().TryAddAsync(Key("next"), first.KeyId, Cancellation));
        Assert.Equal(["next", first.KeyId], (await one.Get<ISigningKeyStore>().ListAsync(Cancellation)).Select(key => key.KeyId));
    }

    [Fact]
    public async Task The_gateway_learns_public_halves_only()
    {
        await using var process = await store.OpenAsync(Cancellation);
        Assert.Empty(await process.Get<IVerificationKeys>().GetAsync(Cancellation));
        await process.Get<ISigningKeyStore>().TryAddAsync(Key("k1"), null, Cancellation);
        await using var another = await store.OpenAsync(Cancellation);
        Assert.Equal(new VerificationKey("k1", "{}"), Assert.Single(await another.Get<IVerificationKeys>().GetAsync(Cancellation)));
    }

    [Fact]
    public async Task A_consent_covers_what_was_allowed_and_nothing_else()
    {
        await using var process = await store.OpenAsync(Cancellation);
        var consents = process.Get<IConsentStore>();
        var grant = new ConsentGrant("user", "client", "localhost", ["mcp"]);
        Assert.False(await consents.CoversAsync(grant, Cancellation));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => consents.RememberAsync(grant, Cancellation), Cancellation)));

        Assert.True(await consents.CoversAsync(grant, Cancellation));
        Assert.False(await consents.CoversAsync(grant with { Subject = "another" }, Cancellation));
        Assert.False(await consents.CoversAsync(grant with { ClientId = "another" }, Cancellation));
        Assert.False(await consents.CoversAsync(grant with { RedirectHost = "another" }, Cancellation));
        Assert.False(await consents.CoversAsync(grant with { Scopes = ["mcp", "admin"] }, Cancellation));
        Assert.False(await consents.CoversAsync(grant with { Scopes = [] }, Cancellation));
    }

    [Fact]
    public async Task A_revocation_holds_at_once_and_after_a_restart()
    {
        await using (var process = await store.OpenAsync(Cancellation))
        {
            await process.Get<IRevocations>().RevokeAsync("grant", Cancellation);
            Assert.True(process.Get<IRevocations>().IsRevoked("grant"));
        }

        await using var restarted = await store.OpenAsync(Cancellation);
        Assert.True(restarted.Get<IRevocations>().IsRevoked("grant"));
    }

    [Fact]
    public async Task What_one_process_protects_another_can_open()
    {
        await using var one = await store.OpenAsync(Cancellation);
        var sealedText = one.Get<IDataProtectionProvider>().CreateProtector("test").Protect("secret");
        await using var two = await store.OpenAsync(Cancellation);
        Assert.Equal("secret", two.Get<IDataProtectionProvider>().CreateProtector("test").Unprotect(sealedText));
    }

    [Fact]
    public async Task The_key_ring_is_not_readable_in_the_database()
    {
        await using var process = await store.OpenAsync(Cancellation);
        process.Get<IDataProtectionProvider>().CreateProtector("test").Protect("secret");
        await using var context = await process.Get<IDbContextFactory<GatehouseContext>>().CreateDbContextAsync(Cancellation);
        var key = Assert.Single(await context.DataProtectionKeys.ToListAsync(Cancellation));
        Assert.Contains("sealedKey", key.Xml, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", key.Xml, StringComparison.Ordinal);
    }

    private static StoredSigningKey Key(string id) => new(id, "{}", [1, 2, 3], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
}
