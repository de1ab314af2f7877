using Gatehouse.Bench.Contenders;

namespace Gatehouse.Bench.Driving;

/// <summary>One client on one connection, that does one kind of work over and over.</summary>
internal sealed class Visitor(Target target, Work work) : IDisposable
{
    private readonly CallConnection _connection = new();
    private readonly ReadOnlyMemory<byte> _initialize = Call.Initialize(target);
    private Call? _call;

    /// <summary>Connects, and opens the session that all calls belong to where there is one.</summary>
    public async ValueTask ArriveAsync(CancellationToken cancellationToken)
    {
        await _connection.ConnectAsync(target.Endpoint, cancellationToken);
        if (work == Work.Visit) return;
        var session = work == Work.LegacyCall ? await _connection.DoAsync(_initialize, cancellationToken) : null;
        _call = Call.Of(work, target, session);
    }

    public ValueTask WorkAsync(CancellationToken cancellationToken) =>
        _call is { } call ? _connection.SendAsync(call, cancellationToken) : VisitAsync(end: true, cancellationToken);

    /// <summary>A session with one call in it.</summary>
    /// <param name="end">Whether to say goodbye.</param>
    public async ValueTask VisitAsync(bool end, CancellationToken cancellationToken)
    {
        var session = await _connection.DoAsync(_initialize, cancellationToken) ?? throw new BenchException("initialize brought no session.");
        await _connection.SendAsync(Call.Of(Work.LegacyCall, target, session), cancellationToken);
        if (end) await _connection.DoAsync(Call.End(target, session), cancellationToken);
    }

    public void Dispose() => _connection.Dispose();
}
