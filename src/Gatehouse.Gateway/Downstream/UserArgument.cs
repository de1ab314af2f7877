using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream;

/// <summary>Tells a server who calls, in the tool argument that its <c>forwardUser</c> names.</summary>
internal static class UserArgument
{
    public static Envelope Apply(Envelope call, Caller caller, ForwardUserSettings? forward) => forward is { Argument: { } argument }
        ? ArgumentSplice.Set(call, argument, forward.Claim == UserClaim.Email ? caller.Email : caller.Subject, forward.Mode == ArgumentMode.Force)
        : call;
}
