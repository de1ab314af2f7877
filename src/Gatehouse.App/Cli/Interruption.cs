using System.Runtime.InteropServices;

namespace Gatehouse.App.Cli;

/// <summary>Turns Ctrl-C and a request to terminate into a token, as long as it lives.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interruption() =>
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Take), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take)];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _source.Dispose();
    }

    private void Take(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _source.Cancel();
    }
}
