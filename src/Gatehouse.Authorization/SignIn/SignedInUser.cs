namespace Gatehouse.Authorization.SignIn;

/// <summary>A user, as the identity provider proved it at sign-in.</summary>
/// <param name="Subject">Stable and unique for the provider that is configured; never an e-mail address alone.</param>
/// <param name="Email">The verified e-mail address, in lower case.</param>
/// <param name="Name">The name to show, if the provider gave one.</param>
/// <param name="Groups">The groups that the provider named; empty if it names none.</param>
internal sealed record SignedInUser(string Subject, string Email, string? Name, IReadOnlyList<string> Groups);
