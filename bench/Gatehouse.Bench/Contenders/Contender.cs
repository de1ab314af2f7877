using System.Net;
using Gatehouse.Bench.Driving;

namespace Gatehouse.Bench.Contenders;

/// <summary>One row of the table: where calls go, what they look like there, and whose CPU time counts.</summary>
/// <param name="Name">The row's title.</param>
/// <param name="ProcessId">The process that is measured, with all its children.</param>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="Call">The call, ready to send.</param>
/// <param name="DatabaseId">A database that works beside it, counted apart; null if there is none.</param>
internal sealed record Contender(string Name, int ProcessId, IPEndPoint Endpoint, Call Call, int? DatabaseId = null);
