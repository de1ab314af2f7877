using System.Security.Claims;
using OpenIddict.Server;

namespace Gatehouse.Authorization.Token;

/// <summary>Whose token a request is about, kept with the request so that refusals are recorded under a name too.</summary>
internal static class TokenOwner
{
    private const string Key = "Gatehouse.TokenOwner";

    public static void Set(OpenIddictServerTransaction transaction, ClaimsPrincipal? owner) => transaction.SetProperty(Key, owner);

    public static ClaimsPrincipal? Of(OpenIddictServerTransaction transaction) => transaction.GetProperty<ClaimsPrincipal>(Key);
}
