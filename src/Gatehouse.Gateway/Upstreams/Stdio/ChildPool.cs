using System.Collections.Concurrent;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>
/// Children that are started when somebody comes and ended when nobody does: one for each user or legacy session, and one for
/// each era that it comes in. What one of them is told, no other hears of.
/// </summary>
internal sealed class ChildPool : IChildren
{
    private const int DefaultIdleTimeout = 600;
    private const int DefaultMaxChildren = 50;

    /// <summary>Owners whose child does not run, so that its failures are remembered: so many for each place.</summary>
    private const int OwnersPerPlace = 8;

    private readonly ConcurrentDictionary<ChildOwner, Member> _members = new();
    private readonly Lock _adding = new();
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _server;
    private readonly ServerSettings _settings;
    private readonly ChildGreetings _greetings;
    private readonly ListChanges _changes;
    private readonly ISessionMessages _sessions;
    private readonly ISessionRequests _requests;
    private readonly ChildLog _log;
    private readonly TimeProvider _time;
    private readonly long _longestLine;
    private readonly TimeSpan _idle;
    private readonly int _limit;
    private readonly ChildPlaces _places;
    private readonly ChildProbe _probe;
    private CancellationToken _stopping = new(canceled: true);

    public ChildPool(string server, ServerSettings settings, long longestLine, ChildGreetings greetings, ListChanges changes, ISessionMessages sessions, ISessionRequests requests, ChildLog log, TimeProvider time)
    {
        (_server, _settings, _greetings, _changes, _sessions, _requests, _log, _time) = (server, settings, greetings, changes, sessions, requests, log, time);
        _longestLine = longestLine;
        _idle = TimeSpan.FromSeconds(settings.IdleTimeout ?? DefaultIdleTimeout);
        _limit = settings.MaxChildren ?? DefaultMaxChildren;
        _places = new ChildPlaces(_limit, TryFree);
        _probe = new ChildProbe(settings, longestLine, greetings, changes, sessions, server, log, time);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        lock (_adding) _stopping = stopping;
        await await Task.WhenAny(_probe.RunAsync(stopping), _broken.Task);
        List<Task> last;
        lock (_adding) last = [.. _members.Values.Select(member => member.Running)];
        await Task.WhenAll(last);
    }

    public async Task<ChildReach> ReachAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        var status = _greetings.Status;
        if (request.Era == Era.Modern ? status.SpeaksModern == false : status.SpeaksLegacy == false) return ChildReach.Unreached.WrongEra(request.Era);
        var owner = ChildOwner.Of(_settings.Pool, request);
        while (true)
        {
            if (!_members.TryGetValue(owner, out var member)) member = Add(owner, request);
            if (member is null) return new ChildReach.Unreached(UpstreamFailure.Unreachable, status.Reason ?? "too many of its programs have failed, or the gateway is stopping");
            var (channel, failed) = await member.Child.ReachAsync(cancellationToken);
            if (channel is not null) return new ChildReach.Reached(channel, member.Child.Conversation);
            if (failed is { WrongEra: true }) return ChildReach.Unreached.WrongEra(owner.Era);
            if (failed is not null) return new ChildReach.Unreached(UpstreamFailure.Unreachable, failed.Reason);

            // It ended between the look and the call: another takes its place.
            _members.TryRemove(new KeyValuePair<ChildOwner, Member>(owner, member));
        }
    }

    public ChildReach.Reached? TryReach(UpstreamRequest request) =>
        _members.TryGetValue(ChildOwner.Of(_settings.Pool, request), out var member) && member.Child.Channel is { } channel && channel.Use.TryEnter()
            ? new ChildReach.Reached(channel, member.Child.Conversation)
            : null;

    public void Forget(string session)
    {
        foreach (var (owner, member) in _members)
        {
            if (owner.Session is null) member.Child.Conversation.Forget(session, member.Child.Channel);
            else if (owner.Session == session) member.End();
        }
    }

    /// <returns>Null if there may be no more.</returns>
    private Member? Add(ChildOwner owner, UpstreamRequest request)
    {
        lock (_adding)
        {
            if (_members.TryGetValue(owner, out var known)) return known;
            if (_stopping.IsCancellationRequested || _greetings.Status.State != UpstreamState.Up) return null;
            if (_members.Count >= _limit * OwnersPerPlace && !TryDismiss()) return null;
            var member = new Member(Child(owner, request), _stopping);
            _members[owner] = member;
            member.Start(stopping => RunAsync(owner, member, stopping));
            return member;
        }
    }

    private SupervisedChild Child(ChildOwner owner, UpstreamRequest request)
    {
        IConversation conversation = owner.Session is not null && request.Session is SessionBinding.Managed session
            ? new SessionConversation(_server, session, _changes, _requests)
            : new SharedConversation(_server, _changes, _sessions);
        return new SupervisedChild(new ChildTerms(_settings, owner.Era == Era.Legacy, _longestLine, conversation) { Idle = _idle, Places = _places }, _log, _time);
    }

    private async Task RunAsync(ChildOwner owner, Member member, CancellationToken ending)
    {
        try
        {
            await member.Child.RunAsync(
                opened =>
                {
                    if (opened.Era != owner.Era)
                    {
                        // Another program than the one that was asked: what is known of it is no longer true.
                        _probe.Doubt();
                        member.End();
                    }
                    else if (owner.Era == Era.Legacy && _greetings.Status.SpeaksModern == true)
                    {
                        _greetings.LegacyUp(opened);
                    }
                },
                failure =>
                {
                    if (owner.Era == Era.Legacy) _greetings.LegacyDown(failure);
                    _probe.Doubt();
                },
                ending);
        }
        catch (Exception bug)
        {
            _broken.TrySetException(bug);
        }
        finally
        {
            _members.TryRemove(new KeyValuePair<ChildOwner, Member>(owner, member));
            member.Dispose();
        }
    }

    /// <summary>Ends the child that has been idle for longest.</summary>
    private bool TryFree()
    {
        foreach (var (_, member) in _members.Where(pair => pair.Value.Child.Channel is not null).OrderBy(pair => pair.Value.Child.Channel?.Use.LastUsed))
        {
            if (!member.Child.TryRest()) continue;
            _log.MadeRoom(_limit);
            return true;
        }

        return false;
    }

    private bool TryDismiss()
    {
        foreach (var (owner, member) in _members.Where(pair => pair.Value.Child.IsResting))
        {
            member.End();
            return _members.TryRemove(new KeyValuePair<ChildOwner, Member>(owner, member));
        }

        return false;
    }

    /// <summary>One child and the care for it.</summary>
    private sealed class Member(SupervisedChild child, CancellationToken stopping) : IDisposable
    {
        private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        private readonly Lock _end = new();
        private bool _isDisposed;

        public SupervisedChild Child => child;

        public Task Running { get; private set; } = Task.CompletedTask;

        /// <summary>Begins the care. It runs on its own: starting a program is slow, and whoever adds a member holds a lock.</summary>
        public void Start(Func<CancellationToken, Task> run)
        {
            child.Want();
            Running = Task.Run(() => run(_ending.Token), CancellationToken.None);
        }

        /// <summary>Ends it, whatever it is doing.</summary>
        public void End()
        {
            lock (_end)
            {
                if (!_isDisposed) _ending.CancelAfter(TimeSpan.Zero);
            }
        }

        public void Dispose()
        {
            lock (_end)
            {
                _isDisposed = true;
                _ending.Dispose();
            }
        }
    }
}
