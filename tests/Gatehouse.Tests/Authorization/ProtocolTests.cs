using System.Net;

namespace Gatehouse.Tests.Authorization;

/// <summary>What the suites of the protocol have in common. Each is run on every kind of database.</summary>
public abstract class ProtocolTests(ProtocolFixture fixture)
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ProtocolFixture Fixture => fixture;

    internal ProtocolProcess Process => fixture.Process;

    /// <summary>A registered client whose browser is signed in.</summary>
    internal Task<OAuthClient> ClientAsync(object? metadata = null, string? user = "alice") => new OAuthClient(Process.Root, user).RegisterAsync(Cancellation, metadata);

    internal static void AssertRefused(Answer answer, string error)
    {
        Assert.Equal(error, answer.Error);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Null(answer.Body["access_token"]);
    }
}
