using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Gatehouse.App.Hosting;
using Gatehouse.Core.Configuration;
using Gatehouse.Gateway.Upstreams;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Connections;

namespace Gatehouse.App.Cli;

/// <summary><c>gatehouse run</c>: serves until it is told to stop.</summary>
internal static class RunCommand
{
    private static readonly Dictionary<string, GatehouseRole> _roles = new()
    {
        ["all"] = GatehouseRole.All,
        ["proxy"] = GatehouseRole.Proxy,
        ["oauth"] = GatehouseRole.OAuth,
    };

    public static Command Create(Surroundings surroundings)
    {
        var file = ConfigurationFile.Argument();
        var role = new Option<string>("--role")
        {
            Description = "Which half to serve: both, the MCP gateway (proxy), or the authorization server (oauth).",
            DefaultValueFactory = _ => "all",
        };
        role.AcceptOnlyFromAmong([.. _roles.Keys]);
        var command = new Command("run", "Serve until stopped by Ctrl-C or SIGTERM.") { file, role };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(file), _roles[parsed.GetValue(role)!], surroundings));
        return command.WithExamples("gatehouse run", "gatehouse run /etc/gatehouse/gatehouse.json", "gatehouse run --role proxy");
    }

    private static async Task<int> RunAsync(string? path, GatehouseRole role, Surroundings surroundings)
    {
        var began = surroundings.Time.GetTimestamp();
        var (configuration, code) = ConfigurationFile.Load(path, surroundings);
        if (configuration is null) return code;

        using var interruption = new Interruption();
        StartupBanner.Print(surroundings.Output, configuration, role);
        await using var app = GatehouseHost.Build(configuration.Settings, role, configuration.BaseDirectory);
        try
        {
            await app.Services.PrepareStorageAsync(interruption.Token);
            await ServeAsync(app, new ServerProgress(surroundings.Output, new Summary(configuration).ServerNames), Ready, interruption.Token);
            if (interruption.Token.IsCancellationRequested) return ExitCode.Ok;
            surroundings.Error.WriteLine("gatehouse: stopped because a part of it failed; the log says why.");
            return ExitCode.Software;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return ExitCode.Ok; // told to stop while still starting
        }
        catch (Exception failure) when (WhyNotListening(failure) is { } why)
        {
            surroundings.Error.WriteLine($"gatehouse: cannot listen on {string.Join(", ", configuration.Settings.Listen.Select(url => url.Authority))}: {why.Text}");
            return why.ExitCode;
        }

        void Ready()
        {
            var seconds = surroundings.Time.GetElapsedTime(began).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            surroundings.Output.WriteLine($"Ready after {seconds} s, listening on {string.Join(", ", app.Urls)}");
        }
    }

    /// <summary>From start to stop. A start that fails halfway is stopped as well: programs may run already.</summary>
    private static async Task ServeAsync(WebApplication app, ServerProgress progress, Action ready, CancellationToken cancellationToken)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var follow = app.Services.GetService<IUpstreamReports>() is { } reports ? progress.FollowAsync(reports, following.Token) : Task.CompletedTask;
        try
        {
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch
            {
                await app.StopAsync(CancellationToken.None);
                throw;
            }

            ready();
            await app.WaitForShutdownAsync(cancellationToken);
        }
        finally
        {
            await following.CancelAsync();
            await follow;
        }
    }

    private static (string Text, int ExitCode)? WhyNotListening(Exception failure) => failure switch
    {
        _ when Has<AddressInUseException>(failure) || IsSocket(failure, SocketError.AddressAlreadyInUse) =>
            ("another program listens there. Stop it, or set listen (and publicUrl) to another port.", ExitCode.Unavailable),
        _ when IsSocket(failure, SocketError.AccessDenied) =>
            ("the system does not allow it. Ports below 1024 need a privilege; use a higher one.", ExitCode.NoPermission),
        _ when IsSocket(failure, SocketError.AddressNotAvailable) =>
            ("this machine has no such address. Check listen.", ExitCode.Unavailable),
        _ => null,
    };

    private static bool IsSocket(Exception failure, SocketError error) =>
        Causes(failure).OfType<SocketException>().Any(cause => cause.SocketErrorCode == error);

    private static bool Has<T>(Exception failure) where T : Exception => Causes(failure).OfType<T>().Any();

    private static IEnumerable<Exception> Causes(Exception failure) =>
        (failure is AggregateException several ? several.InnerExceptions : failure.InnerException is { } inner ? [inner] : [])
        .SelectMany(Causes).Prepend(failure);
}
