using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Lists;

/// <summary>What makes an upstream's list the same list: everything that it can see of whoever asks.</summary>
/// <param name="Server">The upstream.</param>
/// <param name="Method">Which list.</param>
/// <param name="Era">The era it is asked in.</param>
/// <param name="Version">The revision that the client speaks.</param>
/// <param name="Capabilities">The fingerprint of those that the client declared: servers list only what the client can use.</param>
/// <param name="Reader">The one user whose list it is; null where everybody gets the same.</param>
internal readonly record struct ListKey(
    string Server, string Method, Era Era, string Version, (UInt128 High, UInt128 Low) Capabilities, ListReader? Reader);

/// <summary>A user as upstreams may tell them apart. Both must agree: neither may be inherited with the other.</summary>
internal sealed record ListReader(string Subject, string Email);
