using System.Net.Mail;
using Gatehouse.Authorization.SignIn;
using Gatehouse.Core.Configuration;

namespace Gatehouse.Authorization.Providers.Development;

/// <summary>Everybody is who they say they are. Groups belong to configured users only, so a typed name opens nothing that has a lock.</summary>
internal sealed class DevelopmentAccounts(DevelopmentSettings settings) : ISignInRules
{
    private const string Prefix = "development|";
    private const int LongestEmail = 254, LongestName = 100;

    public IReadOnlyList<DevelopmentUser> Users => settings.Users;

    /// <returns>The user, or null if what was typed is no e-mail address.</returns>
    public SignedInUser? Find(string? email, string? name)
    {
        email = email?.Trim().ToLowerInvariant();
        if (email is not { Length: > 0 and <= LongestEmail } || !MailAddress.TryCreate(email, out var address) || address.Address != email) return null;
        var configured = settings.Users.FirstOrDefault(user => string.Equals(user.Email, email, StringComparison.OrdinalIgnoreCase));
        return new SignedInUser(Prefix + email, email, configured is null ? NameOf(name) : configured.Name, configured?.Groups ?? []);
    }

    /// <summary>Always let in, as long as this is still the configured provider.</summary>
    public string? WhyRefused(SignedInUser user) =>
        user.Subject.StartsWith(Prefix, StringComparison.Ordinal) ? null : $"{user.Email} signed in at a provider that is no longer the configured one.";

    private static string? NameOf(string? typed) => typed?.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? name : null;
}
