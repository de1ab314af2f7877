using Gatehouse.Gateway.Sessions;

namespace Gatehouse.Tests.Gateway.Sessions;

public sealed class InFlightRequestsTests
{
    private readonly InFlightRequests _requests = new();
    private readonly McpSession _alice = new() { Subject = "alice", ClientId = "c", ProtocolVersion = "2025-11-25", Key = "alices" };
    private readonly McpSession _bob = new() { Subject = "bob", ClientId = "c", ProtocolVersion = "2025-11-25", Key = "bobs" };

    [Fact]
    public void Only_the_sessions_own_request_of_that_very_id_is_cancelled()
    {
        using var number = new CancellationTokenSource();
        using var text = new CancellationTokenSource();
        using var others = new CancellationTokenSource();
        using var one = _requests.Add(_alice, "1"u8, number.Cancel);
        using var two = _requests.Add(_alice, "\"1\""u8, text.Cancel);
        using var three = _requests.Add(_bob, "1"u8, others.Cancel);

        _requests.Cancel(_alice, "1"u8);
        Assert.True(number.IsCancellationRequested);
        Assert.False(text.IsCancellationRequested);
        Assert.False(others.IsCancellationRequested);
    }

    [Fact]
    public void What_is_over_or_unknown_is_ignored()
    {
        using var source = new CancellationTokenSource();
        _requests.Add(_alice, "1"u8, source.Cancel).Dispose();
        _requests.Cancel(_alice, "1"u8);
        _requests.Cancel(_alice, "2"u8);
        Assert.False(source.IsCancellationRequested);
    }

    [Fact]
    public void An_id_used_twice_leaves_the_first_request_in_place()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        using var one = _requests.Add(_alice, "1"u8, first.Cancel);
        _requests.Add(_alice, "1"u8, second.Cancel).Dispose();
        _requests.Cancel(_alice, "1"u8);
        Assert.True(first.IsCancellationRequested);
        Assert.False(second.IsCancellationRequested);
    }
}
