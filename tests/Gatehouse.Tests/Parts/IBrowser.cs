namespace Gatehouse.Tests.Parts;

/// <summary>What stands in for a person at a browser when an MCP client opens one.</summary>
internal interface IBrowser
{
    /// <summary>Opens an authorization URL, signs in, answers the consent page, and ends with a visit to the client's callback.</summary>
    Task SignInAsync(Uri authorizationUrl, CancellationToken cancellationToken);
}
