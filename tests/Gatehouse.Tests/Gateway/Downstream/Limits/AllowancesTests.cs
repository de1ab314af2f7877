using System.Text;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Downstream;
using Gatehouse.Gateway.Downstream.Limits;
using Gatehouse.Gateway.Protocol;
using Gatehouse.Tests.Gateway.Upstreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Limits;

public sealed class AllowancesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_flood_by_one_user_leaves_the_others_what_is_theirs()
    {
        var allowances = Allowances(new LimitSettings { RunningPerUser = 3, MessagesPerMinute = 10 });
        for (var i = 0; i < 1000; i++) allowances.Enter(Call("mallory"), out _);
        var refusal = allowances.Enter(Call("mallory"), out _);
        Assert.Equal((429, JsonRpcCode.TooManyRequests), (refusal!.Status, refusal.Code));
        for (var i = 0; i < 3; i++) Assert.Null(allowances.Enter(Call("ada"), out _));
    }

    [Fact]
    public void A_place_is_free_again_when_the_request_is_over_however_it_ended()
    {
        var allowances = Allowances(new LimitSettings { RunningPerUser = 1, MessagesPerMinute = 2 });
        Assert.Null(allowances.Enter(Call("ada"), out var first));
        Assert.NotNull(allowances.Enter(Call("ada"), out var refused));
        refused.Dispose();
        Assert.NotNull(allowances.Enter(Call("ada"), out _));
        first.Dispose();
        Assert.Null(allowances.Enter(Call("ada"), out var second));
        second.Dispose();
        var late = allowances.Enter(Call("ada"), out var third);
        Assert.Equal((30, "messagesPerMinute"), (late!.RetryAfter, late.Reason));
        Assert.Contains("retry in 30 s", late.Message, StringComparison.Ordinal);
        third.Dispose();
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(allowances.Enter(Call("ada"), out _));
    }

    [Fact]
    public void Streams_and_requests_do_not_take_each_others_places()
    {
        var allowances = Allowances(new LimitSettings { RunningPerUser = 1, StreamsPerUser = 2 });
        Assert.Null(allowances.Enter(Listen("ada"), out _));
        Assert.True(allowances.TryEnterStream(UpstreamHost.CallerOf("ada"), out var stream));
        Assert.False(allowances.TryEnterStream(UpstreamHost.CallerOf("ada"), out _));
        Assert.NotNull(allowances.Enter(Listen("ada"), out _));
        Assert.Null(allowances.Enter(Call("ada"), out _));
        stream.Dispose();
        Assert.Null(allowances.Enter(Listen("ada"), out _));
    }

    [Fact]
    public void Each_tool_has_calls_of_its_own_for_each_user_and_a_server_its_own_number()
    {
        var allowances = Allowances(new LimitSettings { CallsPerMinute = 2 }, new ServerLimitSettings { CallsPerMinute = 1 });
        Assert.Equal((2, 2, 1), (Calls("ada", "one", "a"), Calls("ada", "one", "b"), Calls("ada", "own", "a")));
        Assert.Equal((0, 0, 0), (Calls("ada", "one", "a"), Calls("ada", "one", "b"), Calls("ada", "own", "a")));
        Assert.Equal(2, Calls("bob", "one", "a"));

        int Calls(string user, string server, string tool) => Enumerable.Range(0, 5).Count(_ => Enters(allowances, user, server, tool));
    }

    [Fact]
    public void Made_up_tool_names_share_one_bucket()
    {
        var allowances = Allowances(new LimitSettings { CallsPerMinute = 1 });
        Assert.InRange(Enumerable.Range(0, 5000).Count(i => Enters(allowances, "mallory", "one", $"made-up-{i}")), 1, 300);
    }

    [Fact]
    public void A_busy_server_takes_nothing_from_another()
    {
        var allowances = Allowances(new LimitSettings { RunningPerServer = 2 }, new ServerLimitSettings { Running = 1 });
        Assert.Null(allowances.EnterServer(Call("ada"), "own", out _));
        var refusal = allowances.EnterServer(Call("bob"), "own", out _);
        Assert.Equal("The server own is busy: retry in 1 s", refusal!.Message);
        Assert.Null(allowances.EnterServer(Call("bob"), "one", out _));
        Assert.Null(allowances.EnterServer(Call("bob"), "one", out var second));
        Assert.NotNull(allowances.EnterServer(Call("ada"), "one", out _));
        second.Dispose();
        Assert.Null(allowances.EnterServer(Call("ada"), "one", out _));
    }

    [Fact]
    public void Of_a_flood_one_refusal_in_ten_seconds_is_put_on_record_with_the_number_of_the_others()
    {
        var allowances = Allowances(new LimitSettings { MessagesPerMinute = 1 });
        allowances.Enter(Call("mallory"), out _);
        Exchange[] flood = [.. Enumerable.Range(0, 100).Select(_ => Call("mallory"))];
        foreach (var exchange in flood) Assert.NotNull(allowances.Enter(exchange, out _));
        Assert.Single(flood, exchange => exchange.IsRecorded);
        _time.Advance(TimeSpan.FromSeconds(11));
        var next = Call("mallory");
        Assert.Contains("99 more were refused", allowances.Enter(next, out _)!.Reason, StringComparison.Ordinal);
        Assert.True(next.IsRecorded);
    }

    [Fact]
    public void Users_who_left_are_forgotten_and_those_who_are_here_are_not()
    {
        var allowances = Allowances(new LimitSettings { RunningPerUser = 1 });
        Assert.Null(allowances.Enter(Call("ada"), out _));
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Null(allowances.Enter(Call($"guest-{i}"), out var place));
            place.Dispose();
        }

        Assert.InRange(allowances.Users, 1, 2100);
        Assert.NotNull(allowances.Enter(Call("ada"), out _));
    }

    [Fact]
    public void A_user_who_comes_back_while_being_forgotten_is_counted_all_the_same()
    {
        var allowances = Allowances(new LimitSettings { RunningPerUser = 1 });
        for (var round = 0; round < 20; round++)
        {
            var inside = 0;
            Parallel.For(0, 3000, i =>
            {
                if (i % 3 > 0)
                {
                    allowances.Enter(Call($"guest-{round}-{i}"), out var guest);
                    guest.Dispose();
                    return;
                }

                if (allowances.Enter(Call("ada"), out var place) is not null) return;
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Interlocked.Decrement(ref inside);
                place.Dispose();
            });
        }
    }

    [Fact]
    public void Where_every_limit_is_off_nobody_is_counted()
    {
        var allowances = Allowances(new LimitSettings { RunningPerUser = 0, RunningPerServer = 0, StreamsPerUser = 0 });
        for (var i = 0; i < 5000; i++)
        {
            Assert.Null(allowances.Enter(Call("ada"), out _));
            Assert.Null(allowances.EnterServer(Call("ada"), "one", out _));
            Assert.True(allowances.TryEnterStream(UpstreamHost.CallerOf("ada"), out _));
        }

        Assert.Equal(0, allowances.Users);
    }

    private static bool Enters(Allowances allowances, string user, string server, string tool)
    {
        var exchange = Call(user, tool);
        Assert.Null(allowances.Enter(exchange, out var place));
        using (place)
        {
            var refusal = allowances.EnterServer(exchange, server, out var atServer);
            atServer.Dispose();
            return refusal is null;
        }
    }

    private Allowances Allowances(LimitSettings limits, ServerLimitSettings? own = null) => new(
        new GatehouseSettings
        {
            PublicUrl = new Uri("http://localhost:8080"),
            Identity = new IdentitySettings { Provider = IdentityProvider.Development },
            Limits = limits,
            McpServers = new Dictionary<string, ServerSettings> { ["one"] = new(), ["own"] = new() { Limits = own } },
        },
        _time);

    private static Exchange Call(string user, string tool = "x") => Of(user, $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}"}}""");

    private static Exchange Listen(string user) => Of(user, """{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}""");

    private static Exchange Of(string user, string message)
    {
        Assert.True(EnvelopeScanner.TryScan(Encoding.UTF8.GetBytes(message), out var envelope, out _));
        return new Exchange { Http = new DefaultHttpContext(), Caller = UpstreamHost.CallerOf(user), Endpoint = null, Message = envelope, Era = Era.Modern, Time = default, Started = 0 };
    }
}
