using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Gateway.Upstreams;

/// <summary>Every active server of the configuration.</summary>
internal interface IUpstreams
{
    /// <summary>In the order of the configuration.</summary>
    IReadOnlyList<IUpstream> All { get; }

    /// <summary>The server of that name; names match exactly.</summary>
    bool TryFind(string name, [NotNullWhen(true)] out IUpstream? upstream);
}
