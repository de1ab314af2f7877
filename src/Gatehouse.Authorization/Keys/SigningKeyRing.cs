using Gatehouse.Core.Configuration;
using Microsoft.Extensions.Primitives;

namespace Gatehouse.Authorization.Keys;

/// <summary>The keys as this process knows them, newest first, swapped whole at each renewal.</summary>
internal sealed class SigningKeyRing(ISigningKeyStore store, SigningKeyFormat format, GatehouseSettings settings, TimeProvider time) : IDisposable
{
    private readonly KeySchedule _schedule = KeySchedule.Of(settings.Tokens);
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private volatile IReadOnlyList<SigningKey> _keys = [];
    private CancellationTokenSource _changed = new();

    /// <summary>Every key that is kept, newest first; the first may not sign yet.</summary>
    /// <exception cref="InvalidOperationException">Asked before the first renewal.</exception>
    public IReadOnlyList<SigningKey> Keys => _keys is { Count: > 0 } keys ? keys : throw new InvalidOperationException("The signing keys were asked for before they were loaded.");

    public SigningKey Current => KeySchedule.Current(Keys, time.GetUtcNow());

    /// <summary>Fires once, at the next change of <see cref="Keys"/>.</summary>
    public IChangeToken Changed => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Makes the next key if it is due, removes those that are spent, and takes over what other processes made.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _renewing.WaitAsync(cancellationToken);
        try
        {
            await RenewNowAsync(cancellationToken);
        }
        finally
        {
            _renewing.Release();
        }
    }

    public void Dispose()
    {
        _renewing.Dispose();
        _changed.Dispose();
    }

    private async Task RenewNowAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var stored = await store.ListAsync(cancellationToken);
        if (_schedule.NextSignsFrom(stored, now) is { } signsFrom)
        {
            // Whether this process or another one adds it does not matter: the list says which key it became.
            await store.TryAddAsync(format.Store(SigningKey.Create(signsFrom), now), stored is [var newest, ..] ? newest.KeyId : null, cancellationToken);
            stored = await store.ListAsync(cancellationToken);
        }

        var spent = _schedule.Spent(stored, now);
        if (spent.Count > 0) await store.RemoveAsync(spent, cancellationToken);
        Swap([.. stored.Where(key => !spent.Contains(key.KeyId))]);
    }

    private void Swap(IReadOnlyList<StoredSigningKey> stored)
    {
        if (stored.Select(key => key.KeyId).SequenceEqual(_keys.Select(key => key.KeyId))) return;
        var known = _keys.ToDictionary(key => key.KeyId);
        _keys = [.. stored.Select(key => known.GetValueOrDefault(key.KeyId) ?? format.Load(key))];
        Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel();
    }
}
