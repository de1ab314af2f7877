using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Text;
using Gatehouse.Gateway.Downstream.Forwarding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace Gatehouse.Tests.Gateway.Downstream.Forwarding;

public sealed class ClientEventsTests : IDisposable
{
    private const string Event = "event: message\ndata: {\"method\":\"x\"}\n\n";
    private const string Comment = ": keep-alive\n\n";
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(15);
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryStream _written = new();

    private string Written => Encoding.UTF8.GetString(_written.ToArray());

    public void Dispose() => _written.Dispose();

    [Fact]
    public async Task A_quiet_stream_gets_a_comment_every_so_often()
    {
        await using var events = await BeginAsync();
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal("", Written);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Comment, Written);
        _time.Advance(_quiet);
        Assert.Equal(Comment + Comment, Written);
    }

    [Fact]
    public async Task Each_event_puts_the_comment_off()
    {
        await using var events = await BeginAsync();
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await WriteAsync(events, Event);
        }

        Assert.DoesNotContain(Comment, Written, StringComparison.Ordinal);
        _time.Advance(_quiet);
        Assert.EndsWith(Event + Comment, Written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wherever_an_event_is_cut_no_comment_falls_into_it()
    {
        for (var cut = 1; cut < Event.Length; cut++)
        {
            _written.SetLength(0);
            await using var events = await BeginAsync();
            await WriteAsync(events, Event[..cut]);
            _time.Advance(3 * _quiet);
            Assert.Equal(Event[..cut], Written);
            await WriteAsync(events, Event[cut..]);
            _time.Advance(2 * _quiet);
            Assert.StartsWith(Event + Comment, Written, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stream_that_is_over_gets_no_comment()
    {
        await (await BeginAsync()).DisposeAsync();
        _time.Advance(10 * _quiet);
        Assert.Equal("", Written);
    }

    [Fact]
    public async Task A_stream_that_may_be_quiet_for_ever_gets_none()
    {
        await using var events = await BeginAsync(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("", Written);
    }

    [Fact]
    public async Task A_client_that_does_not_read_gets_no_pile_of_comments_and_then_everything_in_order()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        await using var events = await BeginAsync(_quiet, new PipeResponse(pipe.Writer));
        var blocked = WriteAsync(events, Event).AsTask();
        _time.Advance(10 * _quiet);
        Assert.False(blocked.IsCompleted);
        Assert.Equal(Event, await ReadAsync(pipe.Reader));
        await blocked;

        _time.Advance(_quiet);
        var next = WriteAsync(events, Event).AsTask();
        Assert.False(next.IsCompleted);
        Assert.Equal(Comment, await ReadAsync(pipe.Reader));
        Assert.Equal(Event, await ReadAsync(pipe.Reader));
        await next;
    }

    /// <summary>What came of the unfinished event is of a type that no MCP client takes for a message.</summary>
    [Fact]
    public async Task Wherever_a_stream_is_cut_the_last_message_of_a_client_is_the_error()
    {
        const string Error = "{\"error\":{}}";
        for (var cut = 0; cut <= Event.Length; cut++)
        {
            _written.SetLength(0);
            await using var events = await BeginAsync();
            await WriteAsync(events, Event + Event[..cut]);
            await events.CutAsync(Encoding.UTF8.GetBytes(Error));
            var messages = SseParser.Create(new MemoryStream(_written.ToArray())).Enumerate().Where(item => item is { EventType: "message", Data.Length: > 0 }).Select(item => item.Data).ToList();
            var whole = cut == Event.Length ? 2 : 1;
            Assert.Equal([.. Enumerable.Repeat("{\"method\":\"x\"}", whole), Error], messages);
        }
    }

    private Task<ClientEvents> BeginAsync(TimeSpan? quiet = null, IHttpResponseBodyFeature? body = null)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(body ?? new StreamResponseBodyFeature(_written));
        return ClientEvents.BeginAsync(http, quiet ?? _quiet, _time);
    }

    private static ValueTask WriteAsync(ClientEvents events, string text) => events.WriteAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReadAsync(PipeReader reader)
    {
        var read = await reader.ReadAsync(TestContext.Current.CancellationToken);
        var text = Encoding.UTF8.GetString(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    /// <summary>A response as narrow as its pipe.</summary>
    private sealed class PipeResponse(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
