using System.Collections.Concurrent;
using System.Collections.Frozen;
using Gatehouse.Core.Configuration;
using Gatehouse.Core.Identity;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Downstream.Limits;

/// <summary>
/// Whether there is room for one more message: of this user, and at this server. Each process counts for itself, so that
/// nothing has to be asked of anybody; where every limit is off, nothing is counted at all.
/// </summary>
internal sealed class Allowances(GatehouseSettings settings, TimeProvider time)
{
    /// <summary>Users that are known before the idle ones among them are looked for.</summary>
    private const int FewUsers = 1024;

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(1);

    private readonly LimitSettings _limits = settings.Limits;
    private readonly bool _isOn = settings.Limits is { RunningPerUser: > 0 } or { StreamsPerUser: > 0 } or { MessagesPerMinute: > 0 } or { CallsPerMinute: > 0 } or { RunningPerServer: > 0 }
        || settings.McpServers.Values.Any(server => server.Limits is { Running: > 0 } or { CallsPerMinute: > 0 });

    private readonly FrozenDictionary<string, ServerAllowance> _servers = settings.McpServers
        .ToFrozenDictionary(server => server.Key, server => ServerAllowance.Of(server.Value, settings.Limits), StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, UserAllowance> _users = new(StringComparer.Ordinal);
    private int _sweepAt = FewUsers;

    /// <summary>Users that something is counted for.</summary>
    public int Users => _users.Count;

    /// <summary>One message of a user.</summary>
    /// <param name="place">To be disposed when the message has been answered.</param>
    /// <returns>Null, or why there is no room.</returns>
    public Refusal? Enter(Exchange exchange, out Occupancy.Place place)
    {
        place = default;
        if (!_isOn) return null;
        var user = exchange.Allowance = Hold(exchange.Caller, exchange.Message.Method is McpMethods.Listen, out place, out var isFull);
        if (isFull)
        {
            return exchange.Message.Method is McpMethods.Listen
                ? Refuse(exchange, _soon, $"At most {_limits.StreamsPerUser} streams may be open", "streamsPerUser")
                : Refuse(exchange, _soon, $"At most {_limits.RunningPerUser} requests may run at the same time", "runningPerUser");
        }

        return user.TakeMessage() is { } wait ? Refuse(exchange, wait, $"At most {_limits.MessagesPerMinute} messages a minute are taken", "messagesPerMinute") : null;
    }

    /// <summary>The stream of a session, which belongs to no message.</summary>
    /// <param name="place">To be disposed when the stream has ended.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryEnterStream(Caller caller, out Occupancy.Place place)
    {
        place = default;
        if (!_isOn) return true;
        Hold(caller, isStream: true, out place, out var isFull);
        return !isFull;
    }

    /// <summary>One request to a server.</summary>
    /// <param name="place">To be disposed when the request has been answered.</param>
    /// <returns>Null, or why there is no room.</returns>
    public Refusal? EnterServer(Exchange exchange, string name, out Occupancy.Place place)
    {
        place = default;
        var message = exchange.Message;
        if (!_isOn || message.Kind != MessageKind.Request || message.Method is McpMethods.Listen) return null;
        var server = _servers[name];
        if (server.CallsPerMinute > 0 && message is { Method: McpMethods.CallTool, NameValue: { } called })
        {
            var tool = exchange.Target ?? called;
            if (exchange.Allowance?.TakeCall(name, tool, server.CallsPerMinute) is { } wait)
                return Refuse(exchange, wait, $"At most {server.CallsPerMinute} calls of {tool} a minute are taken", "callsPerMinute");
        }

        return server.Occupancy?.Enter(isStream: false, out place) is Occupancy.Entry.Full
            ? Refuse(exchange, _soon, $"The server {name} is busy", "the server's limit of running requests")
            : null;
    }

    private UserAllowance Hold(Caller caller, bool isStream, out Occupancy.Place place, out bool isFull)
    {
        while (true)
        {
            if (!_users.TryGetValue(caller.Subject, out var user))
            {
                if (_users.Count >= Volatile.Read(ref _sweepAt)) Sweep();
                user = _users.GetOrAdd(caller.Subject, static (_, made) => new UserAllowance(made._limits, made.time), (_limits, time));
            }

            var entry = user.Occupancy.Enter(isStream, out place);
            isFull = entry == Occupancy.Entry.Full;
            if (entry != Occupancy.Entry.Retired) return user;

            // Another one is sweeping and about to remove it.
            _users.TryRemove(new KeyValuePair<string, UserAllowance>(caller.Subject, user));
        }
    }

    /// <summary>Forgets whom nothing is counted for. The next time is when there are twice as many as now: the work stays in proportion.</summary>
    private void Sweep()
    {
        Volatile.Write(ref _sweepAt, int.MaxValue);
        foreach (var entry in _users)
        {
            if (entry.Value.Retire()) _users.TryRemove(entry);
        }

        Volatile.Write(ref _sweepAt, Math.Max(FewUsers, 2 * _users.Count));
    }

    private static Refusal Refuse(Exchange exchange, TimeSpan wait, string rule, string limit)
    {
        var seconds = (int)Math.Min(3600, Math.Ceiling(wait.TotalSeconds));
        var refused = exchange.Allowance?.CountRefusal() ?? 1;
        exchange.IsRecorded = refused > 0;
        return Refusal.TooMany($"{rule}: retry in {seconds} s", seconds, refused > 1 ? $"{limit}; {refused - 1} more were refused since the last record of this" : limit);
    }

    private sealed record ServerAllowance(Occupancy? Occupancy, int CallsPerMinute)
    {
        public static ServerAllowance Of(ServerSettings server, LimitSettings limits)
        {
            var running = server.Limits?.Running ?? limits.RunningPerServer;
            return new ServerAllowance(running > 0 ? new Occupancy(running, 0) : null, server.Limits?.CallsPerMinute ?? limits.CallsPerMinute);
        }
    }
}
