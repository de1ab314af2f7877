namespace Gatehouse.App.Hosting;

/// <summary>Leaves signals to whoever runs the host: a command that can tell being stopped from breaking down, or a test.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
