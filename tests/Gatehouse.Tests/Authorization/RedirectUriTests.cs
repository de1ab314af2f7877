using Gatehouse.Authorization.Clients;

namespace Gatehouse.Tests.Authorization;

public sealed class RedirectUriTests
{
    [Theory]
    [InlineData("https://claude.ai/api/mcp/auth_callback")]
    [InlineData("https://vscode.dev/redirect")]
    [InlineData("https://app.example.com:8443/cb?tenant=1")]
    [InlineData("http://localhost/callback")]
    [InlineData("http://localhost:33418/")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:6276/oauth/callback")]
    [InlineData("http://[::1]:5000/cb")]
    public void A_web_address_and_a_loopback_one_can_be_registered(string uri) => Assert.IsType<RedirectUriVerdict.Accepted>(RedirectUri.Judge(uri));

    [Theory]
    [InlineData("cursor://anysphere.cursor-mcp/oauth/callback")]
    [InlineData("com.example.app:/callback")]
    public void A_private_scheme_is_left_out(string uri) => Assert.IsType<RedirectUriVerdict.PrivateScheme>(RedirectUri.Judge(uri));

    [Theory]
    [InlineData("")]
    [InlineData("callback")]
    [InlineData("//example.com/cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData("JavaScript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("vbscript:x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://example.com/cb")]
    [InlineData("http://localhost.example.com/cb")]
    [InlineData("http://localhost@example.com/cb")]
    [InlineData("http://127.0.0.1@example.com/")]
    [InlineData("http://127.1/cb")]
    [InlineData("http://127.0.0.2/cb")]
    [InlineData("http://2130706433/cb")]
    [InlineData("http://0.0.0.0/cb")]
    [InlineData("http://[::ffff:127.0.0.1]/cb")]
    [InlineData("https://user:password@example.com/cb")]
    [InlineData("https://example.com/cb#fragment")]
    [InlineData("https://*.example.com/cb")]
    [InlineData("https:example.com/cb")]
    [InlineData("https:///cb")]
    [InlineData("https://example.com\\@evil.example/cb")]
    [InlineData("https://example.com/cb\"onload=")]
    [InlineData("https://example.com/cb ")]
    [InlineData("https://example.com/cb\n")]
    [InlineData("https://exämple.com/cb")]
    public void Anything_else_is_refused(string uri) => Assert.IsType<RedirectUriVerdict.Refused>(RedirectUri.Judge(uri));

    [Fact]
    public void A_very_long_one_is_refused() => Assert.IsType<RedirectUriVerdict.Refused>(RedirectUri.Judge("https://example.com/" + new string('a', 2000)));

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:45671/callback")]
    [InlineData("http://127.0.0.1:1000/callback", "http://127.0.0.1:45671/callback")]
    [InlineData("http://localhost:1000/callback", "http://localhost/callback")]
    [InlineData("http://[::1]:1000", "http://[::1]:2000")]
    [InlineData("http://localhost/callback?x=1", "http://localhost:9/callback?x=1")]
    [InlineData("https://example.com/cb", "https://example.com/cb")]
    public void The_port_of_a_loopback_address_is_free(string registered, string requested) => Assert.True(RedirectUri.Matches(registered, requested));

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://localhost:45671/callback")]
    [InlineData("http://localhost/callback", "http://[::1]:45671/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.1:45671/callback")]
    [InlineData("http://localhost/callback", "http://LOCALHOST:45671/callback")]
    [InlineData("http://127.0.0.1/callback", "https://127.0.0.1:45671/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:45671/other")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:45671/callback/")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:45671/a/../callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:45671/callback?x=1")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:45671/callback#x")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:0/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:70000/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:80@evil.example/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1.evil.example/callback")]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:1/")]
    [InlineData("https://example.com/cb", "https://example.com:8443/cb")]
    [InlineData("https://example.com/cb", "https://example.com/cb?x=1")]
    [InlineData("https://example.com/cb", "https://EXAMPLE.com/cb")]
    [InlineData("https://localhost/cb", "https://localhost:8443/cb")]
    public void Nothing_else_of_it_is(string registered, string requested) => Assert.False(RedirectUri.Matches(registered, requested));

    [Theory]
    [InlineData("http://localhost:5000/cb", "localhost")]
    [InlineData("http://[::1]:5000/cb", "[::1]")]
    [InlineData("https://example.com/cb", "example.com")]
    [InlineData("https://example.com:8443/cb", "example.com:8443")]
    public void Consent_is_remembered_for_the_host(string uri, string host) => Assert.Equal(host, RedirectUri.HostOf(uri));
}
