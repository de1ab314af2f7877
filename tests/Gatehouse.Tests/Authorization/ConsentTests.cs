using System.Net;
using Gatehouse.Core.Audit;

namespace Gatehouse.Tests.Authorization;

public sealed class SqliteConsentTests(SqliteProtocol fixture) : ConsentTests(fixture), IClassFixture<SqliteProtocol>;

public sealed class PostgresConsentTests(PostgresProtocol fixture) : ConsentTests(fixture), IClassFixture<PostgresProtocol>;

public abstract class ConsentTests(ProtocolFixture fixture) : ProtocolTests(fixture)
{
    [Fact]
    public async Task The_page_names_the_client_the_user_the_resource_and_where_the_answer_goes()
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation, ("resource", $"{Process.Root}/mcp/memory"));
        var page = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("Tester", page, StringComparison.Ordinal);
        Assert.Contains("alice@example.com", page, StringComparison.Ordinal);
        Assert.Contains("<code>127.0.0.1</code>", page, StringComparison.Ordinal);
        Assert.Contains($"<code>{Process.Root}/mcp/memory</code>", page, StringComparison.Ordinal);
        Assert.Contains("Nobody has checked", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_runs_nothing_and_cannot_be_framed_or_kept()
    {
        using var client = await ClientAsync();
        using var response = await client.AuthorizeAsync(Cancellation);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.DoesNotContain("<script", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_strangers_wrote_stays_text()
    {
        const string attack = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
        using var client = await ClientAsync(new { client_name = attack, redirect_uris = new[] { "https://example.com/cb?x='onmouseover='alert(1)" } });
        using var response = await client.AuthorizeAsync(Cancellation, ("state", attack), ("redirect_uri", "https://example.com/cb?x='onmouseover='alert(1)"), (attack, attack));
        var page = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("'onmouseover", page, StringComparison.Ordinal);
        Assert.Equal(attack, OAuthClient.FieldsOf(page)["state"]);
    }

    [Fact]
    public async Task Allowing_is_remembered_for_the_client_the_host_and_the_scopes()
    {
        using var client = await ClientAsync(new { client_name = "Tester", redirect_uris = new[] { OAuthClient.Callback, "https://example.com/cb" } });
        await client.CodeAsync(Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(client));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(client, ("redirect_uri", "http://127.0.0.1:9999/callback")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, ("prompt", "consent")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, ("redirect_uri", "https://example.com/cb")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, ("scope", "mcp offline_access")));
        client.SignInAs("bob");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        using var other = await ClientAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other));
        var recorded = Process.Audit.Last(AuditAction.Consent, client.ClientId);
        Assert.Equal((AuditOutcome.Ok, "id-of-alice", "alice@example.com", "Tester"), (recorded.Outcome, recorded.Subject, recorded.User, recorded.ClientName));
    }

    [Fact]
    public async Task Denying_is_told_to_the_client_and_not_remembered()
    {
        using var client = await ClientAsync();
        using var page = await client.AuthorizeAsync(Cancellation);
        using var denied = await client.DecideAsync(page, Cancellation, "deny");
        var answer = OAuthClient.AnswerOf(denied);
        Assert.Equal(("access_denied", "the-state", $"{Process.Root}/oauth"), (answer["error"], answer["state"], answer["iss"]));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
        Assert.Equal("the user denied it", Process.Audit.Last(AuditAction.Consent, client.ClientId).Reason);
    }

    [Fact]
    public async Task A_decision_without_the_form_counts_for_nothing()
    {
        using var client = await ClientAsync();
        using var page = await client.AuthorizeAsync(Cancellation);
        var fields = OAuthClient.FieldsOf(await page.Content.ReadAsStringAsync(Cancellation));
        fields["decision"] = "allow";
        fields.Remove("form-token");
        await AssertNothingAllowedAsync(client, fields);
    }

    [Fact]
    public async Task A_form_from_another_browser_counts_for_nothing()
    {
        using var attacker = await ClientAsync(user: "alice");
        using var page = await attacker.AuthorizeAsync(Cancellation);
        var fields = OAuthClient.FieldsOf(await page.Content.ReadAsStringAsync(Cancellation));
        fields["decision"] = "allow";
        using var victim = new OAuthClient(Process.Root) { ClientId = attacker.ClientId };
        await AssertNothingAllowedAsync(victim, fields);

        // Nor in a browser that has a cookie, but for a form of its own.
        using var own = await victim.AuthorizeAsync(Cancellation);
        await AssertNothingAllowedAsync(victim, fields);
    }

    [Fact]
    public async Task A_form_that_was_shown_to_another_user_counts_for_nothing()
    {
        using var client = await ClientAsync(user: "mallory");
        using var page = await client.AuthorizeAsync(Cancellation);
        var fields = OAuthClient.FieldsOf(await page.Content.ReadAsStringAsync(Cancellation));
        fields["decision"] = "allow";
        client.SignInAs("alice");
        await AssertNothingAllowedAsync(client, fields);
    }

    [Fact]
    public async Task A_decision_in_the_query_counts_for_nothing()
    {
        using var client = await ClientAsync();
        using var page = await client.AuthorizeAsync(Cancellation);
        var fields = OAuthClient.FieldsOf(await page.Content.ReadAsStringAsync(Cancellation));
        using var response = await client.AuthorizeAsync(Cancellation, ("decision", "allow"), ("form-token", fields["form-token"]));
        Assert.NotEqual(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
    }

    [Fact]
    public async Task A_session_that_ended_before_the_decision_means_signing_in_and_being_asked_again()
    {
        using var client = await ClientAsync();
        using var page = await client.AuthorizeAsync(Cancellation);
        client.SignInAs(null);
        using var response = await client.DecideAsync(page, Cancellation);
        Assert.StartsWith("/test-sign-in?", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain("decision", Uri.UnescapeDataString(response.Headers.Location.OriginalString), StringComparison.Ordinal);
        Assert.DoesNotContain("form-token", Uri.UnescapeDataString(response.Headers.Location.OriginalString), StringComparison.Ordinal);
    }

    private static async Task AssertNothingAllowedAsync(OAuthClient client, Dictionary<string, string> fields)
    {
        using var response = await client.Http.PostAsync("/oauth/authorize", new FormUrlEncodedContent(fields), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client));
    }

    private static async Task<HttpStatusCode> StatusAsync(OAuthClient client, params (string, string?)[] changes)
    {
        using var response = await client.AuthorizeAsync(Cancellation, changes);
        return response.StatusCode;
    }
}
