using System.CommandLine;
using Gatehouse.Core.Audit;
using Gatehouse.Storage;

namespace Gatehouse.App.Cli;

/// <summary>
/// <c>gatehouse audit</c>: asks the trail. Opens the database itself, beside the server or without it, and changes nothing
/// in it.
/// </summary>
internal static class AuditCommand
{
    private const int TailBatch = 1000;

    private static readonly TimeSpan _tailPause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Surroundings surroundings) => new Command("audit", "Look at what was recorded: who did what, when, and how it ended.")
    {
        Query(surroundings),
        Tail(surroundings),
    }.WithExamples("gatehouse audit tail", "gatehouse audit query --user alice@example.com --since 1d");

    private static Command Query(Surroundings surroundings)
    {
        var filter = new AuditFilter(surroundings.Time, 100, "At most so many events: the newest.");
        return Asking(
            new Command("query", "Print the events that match, oldest first."), filter, withUntil: true, surroundings, PrintAsync)
            .WithExamples(
                "gatehouse audit query --user alice@example.com --since 1d",
                "gatehouse audit query --tool \"delete_*\" --outcome refused --since 7d",
                "gatehouse audit query --since 2026-11-01 --until 2026-12-01 --limit 100000 --output json > november.jsonl");
    }

    private static Command Tail(Surroundings surroundings)
    {
        var filter = new AuditFilter(surroundings.Time, 10, "Begin with at most so many events of before.");
        return Asking(
            new Command("tail", "Print events as they are recorded, until Ctrl-C."), filter, withUntil: false, surroundings,
            (trail, query, printer, cancellationToken) => FollowAsync(trail, query, printer, surroundings.Time, cancellationToken))
            .WithExamples("gatehouse audit tail", "gatehouse audit tail --outcome refused", "gatehouse audit tail --server wiki --output json | jq .target");
    }

    private static Command Asking(Command command, AuditFilter filter, bool withUntil, Surroundings surroundings, Func<IAuditTrail, AuditQuery, IAuditPrinter, CancellationToken, Task> ask)
    {
        var config = ConfigurationFile.Option();
        var output = new Option<string?>("--output") { Description = "table, tsv or json (one object a line). Default: table on a terminal, else tsv.", HelpName = "FORMAT" };
        output.AcceptOnlyFromAmong(AuditFormat.Names);
        filter.AddTo(command, withUntil);
        command.Options.Add(output);
        command.Options.Add(config);
        command.SetAction(async (parsed, _) =>
        {
            var (configuration, code) = ConfigurationFile.Load(parsed.GetValue(config), surroundings);
            if (configuration is null) return code;
            var services = new ServiceCollection().AddLogging().AddStorage(configuration.Settings, configuration.BaseDirectory);
            await using var provider = services.BuildServiceProvider();
            using var interruption = new Interruption();
            try
            {
                var printer = AuditFormat.Printer(parsed.GetValue(output), streaming: !withUntil, surroundings);
                await ask(provider.GetRequiredService<IAuditTrail>(), filter.Read(parsed), printer, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                // Ctrl-C is how a tail ends.
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task PrintAsync(IAuditTrail trail, AuditQuery query, IAuditPrinter printer, CancellationToken cancellationToken)
    {
        await foreach (var auditEvent in trail.QueryAsync(query, cancellationToken)) printer.Print(auditEvent);
        printer.Complete();
    }

    private static async Task FollowAsync(IAuditTrail trail, AuditQuery query, IAuditPrinter printer, TimeProvider time, CancellationToken cancellationToken)
    {
        var (last, _) = await PrintNextAsync(query, 0);
        using var timer = new PeriodicTimer(_tailPause, time);
        while (true)
        {
            (last, var printed) = await PrintNextAsync(query with { After = last, Limit = TailBatch }, last);
            if (printed < TailBatch) await timer.WaitForNextTickAsync(cancellationToken);
        }

        async Task<(long Last, int Printed)> PrintNextAsync(AuditQuery next, long before)
        {
            var printed = 0;
            await foreach (var auditEvent in trail.QueryAsync(next, cancellationToken))
            {
                printer.Print(auditEvent);
                before = Math.Max(before, auditEvent.Sequence);
                printed++;
            }

            return (before, printed);
        }
    }
}
