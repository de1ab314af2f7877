namespace Gatehouse.Gateway.Upstreams.Http;

/// <summary>A legacy session that the gateway opened at an upstream.</summary>
/// <param name="Id">The upstream's id for it; null where it keeps none.</param>
/// <param name="Version">The revision that was agreed.</param>
internal record ManagedSession(string? Id, string Version);
