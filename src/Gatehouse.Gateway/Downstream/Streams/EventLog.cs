using System.Text;

namespace Gatehouse.Gateway.Downstream.Streams;

/// <summary>
/// One stream of events toward a client, and the last of them: whoever lost the connection takes the stream up again where
/// it broke (MCP 2025-11-25, "Resumability and Redelivery"). One connection reads at a time; the next one takes over.
/// </summary>
/// <param name="sessionKey">The session it belongs to.</param>
/// <param name="name">Its name, which stands in the ids of its events.</param>
/// <param name="logs">Where all of them are.</param>
internal sealed class EventLog(string sessionKey, string name, EventLogs logs)
{
    /// <summary>How much is kept behind the reader, and how much may wait before it.</summary>
    public const int MostKept = 256 * 1024;

    /// <summary>What one event costs beside its bytes.</summary>
    private const int Overhead = 64;

    private readonly Lock _gate = new();
    private readonly List<byte[]> _kept = [];
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource? _room;
    private Reading? _reading;
    private long _last;
    private int _bytes;
    private bool _isComplete;

    public string SessionKey => sessionKey;

    public string Name => name;

    /// <summary>Completes when nobody can take it up any more.</summary>
    public Task Over => _over.Task;

    /// <summary>When its last reader left.</summary>
    public long AloneSince { get; private set; }

    public bool IsRead
    {
        get
        {
            lock (_gate) return _reading is not null;
        }
    }

    public bool IsComplete
    {
        get
        {
            lock (_gate) return _isComplete;
        }
    }

    /// <summary>What stands before the first event: an id to come back with, before there was anything to say.</summary>
    public byte[] Priming(TimeSpan retry) => Encoding.ASCII.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"id: {new EventId(name, 0)}\nretry: {(int)retry.TotalMilliseconds}\ndata: \n\n"));

    /// <summary>Adds an event, and waits while the connection that reads is too far behind. Without one it does not wait: what is oldest goes.</summary>
    /// <param name="bare">The event without an id.</param>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bare, CancellationToken cancellationToken)
    {
        Task? full;
        lock (_gate)
        {
            if (_isComplete) return;
            Add(bare.Span);
            full = IsFull ? (_room ??= New()).Task : null;
        }

        logs.Relieve();
        while (full is not null)
        {
            await full.WaitAsync(cancellationToken);
            lock (_gate) full = IsFull ? (_room ??= New()).Task : null;
        }
    }

    /// <summary>Adds an event if there is room. A client that does not read what it asked for loses the stream, and so learns that it missed something.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bare)
    {
        bool fits;
        lock (_gate)
        {
            if (_isComplete) return false;
            fits = Unread + bare.Length <= MostKept;
            if (fits) Add(bare);
        }

        logs.Relieve();
        if (!fits) Complete();
        return fits;
    }

    /// <summary>Nothing more will come.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Signal(ref _changed);
            if (_room is not null) Signal(ref _room);
        }
    }

    /// <summary>A connection takes the stream up; one that had it before is done.</summary>
    /// <param name="after">The last event that its client has.</param>
    /// <returns>Null if something after that is no longer here.</returns>
    public Reading? TakeUp(long after)
    {
        lock (_gate)
        {
            if (_over.Task.IsCompleted || after > _last || after < _last - _kept.Count) return null;
            _reading = new Reading { Position = after };
            Signal(ref _changed);
            if (_room is not null) Signal(ref _room);
            return _reading;
        }
    }

    /// <summary>Hands events to a connection, until the stream is complete, the connection is gone or another one has taken over.</summary>
    /// <param name="write">Writes some events.</param>
    /// <param name="gone">Cancelled when the connection is gone.</param>
    /// <returns>Whether the client has had everything.</returns>
    public async Task<bool> ReadAsync(Reading reading, Func<IReadOnlyList<byte[]>, ValueTask> write, CancellationToken gone)
    {
        try
        {
            while (!gone.IsCancellationRequested)
            {
                Task changed;
                byte[][] events;
                bool isComplete;
                lock (_gate)
                {
                    if (_reading != reading) return false;
                    events = [.. _kept.Skip((int)(reading.Position - (_last - _kept.Count)))];
                    (changed, isComplete) = (_changed.Task, _isComplete);
                }

                if (events.Length == 0)
                {
                    if (isComplete) return true;
                    await changed.WaitAsync(gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    continue;
                }

                await write(events);
                lock (_gate)
                {
                    reading.Position += events.Length;
                    Trim();
                    if (_room is not null && !IsFull) Signal(ref _room);
                }
            }

            return false;
        }
        finally
        {
            lock (_gate)
            {
                if (_reading == reading)
                {
                    _reading = null;
                    if (_room is not null) Signal(ref _room);
                }
            }

            AloneSince = logs.Left(this);
        }
    }

    /// <summary>Nobody can take it up any more: it gives back what it holds.</summary>
    public void End()
    {
        Complete();
        lock (_gate)
        {
            logs.Account(-_bytes);
            _bytes = 0;
            _kept.Clear();
        }

        _over.TrySetResult();
    }

    private bool IsFull => _reading is not null && !_isComplete && Unread > MostKept;

    private long Unread
    {
        get
        {
            var first = _last - _kept.Count;
            var read = _reading is { } reading ? (int)Math.Clamp(reading.Position - first, 0, _kept.Count) : 0;
            long unread = 0;
            for (var at = read; at < _kept.Count; at++) unread += _kept[at].Length;
            return unread;
        }
    }

    private void Add(ReadOnlySpan<byte> bare)
    {
        _last++;
        byte[] whole = [.. Encoding.ASCII.GetBytes($"id: {new EventId(name, _last)}\n"), .. bare];
        _kept.Add(whole);
        _bytes += whole.Length + Overhead;
        logs.Account(whole.Length + Overhead);
        Trim();
        Signal(ref _changed);
    }

    /// <summary>Lets go of the oldest that need not be here: read already, or too much for a client that is away.</summary>
    private void Trim()
    {
        var most = logs.IsFull ? 0 : MostKept;
        var going = 0;
        var first = _last - _kept.Count;
        while (_bytes > most && going < _kept.Count && (_reading is null || first + going < _reading.Position))
        {
            var length = _kept[going++].Length + Overhead;
            _bytes -= length;
            logs.Account(-length);
        }

        if (going > 0) _kept.RemoveRange(0, going);
    }

    private static void Signal(ref TaskCompletionSource signal)
    {
        var old = signal;
        signal = New();
        old.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One connection's place in the stream.</summary>
    public sealed class Reading
    {
        public long Position { get; set; }
    }
}
