using System.Net;

namespace Gatehouse.Bench.Contenders;

/// <summary>Where a contender takes calls, and what they have to carry there.</summary>
/// <param name="Port">Of the loopback address.</param>
/// <param name="Path">Of the MCP endpoint.</param>
/// <param name="Prefix">What the tools' names begin with there.</param>
/// <param name="AccessToken">Whoever ignores it carries it all the same.</param>
internal sealed record Target(int Port, string Path, string Prefix, string AccessToken)
{
    public IPEndPoint Endpoint => new(IPAddress.Loopback, Port);
}
