namespace Gatehouse.Authorization.Clients;

/// <summary>What comes of a registration request.</summary>
internal abstract record RegistrationOutcome
{
    public sealed record Accepted(ClientMetadata Metadata) : RegistrationOutcome;

    /// <param name="Error">RFC 7591 section 3.2.2.</param>
    /// <param name="Description">What is wrong, for the client's developer and for the audit trail.</param>
    public sealed record Refused(string Error, string Description) : RegistrationOutcome;
}
