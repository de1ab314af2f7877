using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Whose child it is.</summary>
/// <param name="Subject">The user; null: everybody's.</param>
/// <param name="Session">The legacy session's key; null: all of the user's.</param>
/// <param name="Era">The era that the child speaks: a server of both settles on one per connection.</param>
internal readonly record struct ChildOwner(string? Subject, string? Session, Era Era)
{
    public static ChildOwner Of(StdioPool pool, UpstreamRequest request) => pool switch
    {
        StdioPool.Shared => new ChildOwner(null, null, request.Era),
        StdioPool.PerSession when request.Session is SessionBinding.Managed session => new ChildOwner(request.Caller.Subject, session.Key, request.Era),
        _ => new ChildOwner(request.Caller.Subject, null, request.Era),
    };
}
