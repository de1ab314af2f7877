using System.ComponentModel;

namespace Gatehouse.Core.Configuration;

/// <summary>Lifetimes, and how often the signing key changes.</summary>
public sealed record TokenSettings
{
    [Description("How long an access token is good for.")]
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    [Description("How long a refresh token is good for when it is not used.")]
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    [Description("How long a browser stays signed in at Gatehouse.")]
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(8);

    [Description("How long a signing key signs before the next one takes over.")]
    public TimeSpan SigningKeyLifetime { get; init; } = TimeSpan.FromDays(90);
}
