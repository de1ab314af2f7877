using System.Buffers.Text;
using System.Net;
using System.Text;
using Gatehouse.Authorization.Keys;
using Gatehouse.Core.Audit;
using Npgsql;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteAtRestTests(SqliteProtocol fixture) : AtRestTests(fixture), IClassFixture<SqliteProtocol>
{
    /// <summary>The files as they lie there, the write-ahead log included.</summary>
    private protected override async Task<Func<byte[], bool>> ReadAllAsync()
    {
        var files = new List<byte[]>();
        foreach (var path in Directory.EnumerateFiles(Fixture.Store.Folder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await file.CopyToAsync(copy, Cancellation);
            files.Add(copy.ToArray());
        }

        return wanted => files.Any(file => file.AsSpan().IndexOf(wanted) >= 0);
    }
}

public sealed class PostgresAtRestTests(PostgresProtocol fixture) : AtRestTests(fixture), IClassFixture<PostgresProtocol>
{
    /// <summary>Every row of every table, as text; bytes are hexadecimal there.</summary>
    private protected override async Task<Func<byte[], bool>> ReadAllAsync()
    {
        await using var source = NpgsqlDataSource.Create(Fixture.Store.Database.Postgres!);
        var tables = new List<string>();
        await using (var command = source.CreateCommand("SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"))
        await using (var reader = await command.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation)) tables.Add(reader.GetString(0));
        }

        var rows = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"SELECT t::text FROM {table} t");
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation)) rows.AppendLine(reader.GetString(0));
        }

        var text = rows.ToString();
        return wanted => text.Contains(Encoding.Latin1.GetString(wanted), StringComparison.Ordinal) || text.Contains(Convert.ToHexStringLower(wanted), StringComparison.Ordinal);
    }
}

/// <summary>What somebody finds who reads the trail, or carries the database away.</summary>
public abstract class AtRestTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Fact]
    public async Task Neither_the_trail_nor_the_database_holds_anything_that_opens_a_door()
    {
        using var client = new OAuthClient(Process.Root);
        var (_, registered) = await client.PostJsonAsync(
            "/oauth/register", new { client_name = "Keeper", redirect_uris = new[] { OAuthClient.Callback }, token_endpoint_auth_method = "client_secret_post" }, Cancellation);
        client.ClientId = (string)registered["client_id"]!;
        var secret = (string)registered["client_secret"]!;
        var proof = ("client_secret", (string?)secret);
        var spent = await client.CodeAsync(Cancellation);
        var first = await client.ExchangeAsync(spent, Cancellation, proof);
        var second = await client.RefreshAsync(first.RefreshToken, Cancellation, proof);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        var open = await client.CodeAsync(Cancellation);
        await client.ExchangeAsync(open, Cancellation, proof, ("code_verifier", new string('x', 43)));
        await client.RefreshAsync(first.RefreshToken, Cancellation, proof);
        await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", second.RefreshToken), ("client_id", client.ClientId), proof);
        await client.PostFormAsync("/oauth/revoke", Cancellation, ("token", second.AccessToken), ("client_id", client.ClientId), ("client_secret", $"{secret}x"));
        string[] secrets = [secret, client.Verifier, spent, open, first.AccessToken, first.RefreshToken, second.AccessToken, second.RefreshToken];

        var trail = Process.Audit.Events;
        foreach (var action in (AuditAction[])[AuditAction.Register, AuditAction.Consent, AuditAction.IssueToken, AuditAction.RevokeToken]) Assert.Contains(trail, row => row.Action == action);
        Assert.Contains(trail, row => row.Outcome == AuditOutcome.Refused);
        Assert.All(secrets, each => Assert.DoesNotContain(trail, row => row.ToString().Contains(each, StringComparison.Ordinal)));

        var holds = await ReadAllAsync();
        var stored = (await Process.Get<ISigningKeyStore>().ListAsync(Cancellation))[0];
        Assert.True(holds(Encoding.ASCII.GetBytes(client.ClientId)) && holds(stored.ProtectedPrivateKey[..64]), "What lies there in the open is not found: this test sees nothing.");
        Assert.All(secrets, each => Assert.False(holds(Encoding.ASCII.GetBytes(each))));
        var privateHalf = Process.Get<SigningKeyRing>().Current.SecurityKey.ECDsa.ExportParameters(includePrivateParameters: true).D!;
        Assert.False(holds(privateHalf) || holds(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(privateHalf))) || holds(Encoding.ASCII.GetBytes(Convert.ToBase64String(privateHalf))));
    }

    private protected abstract Task<Func<byte[], bool>> ReadAllAsync();
}
