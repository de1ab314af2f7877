using System.CommandLine;
using System.Globalization;
using Gatehouse.Core.Audit;

namespace Gatehouse.App.Cli;

/// <summary>The options that choose among events; all that are given must match.</summary>
internal sealed class AuditFilter
{
    private const int MaxLimit = 1_000_000;

    private readonly Option<string?> _user = new("--user") { Description = "The user's e-mail address or subject.", HelpName = "USER" };
    private readonly Option<string?> _server = new("--server") { Description = "The MCP server's configured name.", HelpName = "NAME" };
    private readonly Option<string?> _tool = new("--tool") { Description = "A tool, prompt or resource URI as the server calls it; * stands for any characters.", HelpName = "NAME" };
    private readonly Option<string?> _client = new("--client") { Description = "The client's id or name.", HelpName = "CLIENT" };
    private readonly Option<string?> _action = new("--action") { Description = "What was done.", HelpName = "ACTION" };
    private readonly Option<string?> _outcome = new("--outcome") { Description = "How it ended.", HelpName = "OUTCOME" };
    private readonly Option<DateTimeOffset?> _since;
    private readonly Option<DateTimeOffset?> _until;
    private readonly Option<int> _limit;

    public AuditFilter(TimeProvider time, int limit, string limitDescription)
    {
        _action.AcceptOnlyFromAmong([.. AuditNames.Actions]);
        _outcome.AcceptOnlyFromAmong([.. AuditNames.Outcomes]);
        _action.Description += $" One of {string.Join(", ", AuditNames.Actions)}.";
        _outcome.Description += $" One of {string.Join(", ", AuditNames.Outcomes)}.";
        _since = PointInTime.Option("--since", "From this time on: how long ago (2h, 1d), or a date or time (UTC).", time);
        _until = PointInTime.Option("--until", "Before this time.", time);
        _limit = new("--limit") { Description = limitDescription, HelpName = "N", DefaultValueFactory = _ => limit };
        _limit.Validators.Add(result =>
        {
            if (result.Tokens is [var written] && !(int.TryParse(written.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxLimit))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--limit is a number from 1 to {MaxLimit}."));
        });
    }

    public void AddTo(Command command, bool withUntil)
    {
        Option[] options = [_user, _tool, _server, _client, _action, _outcome, _since, _until, _limit];
        foreach (var option in options.Where(option => withUntil || option != _until)) command.Options.Add(option);
    }

    public AuditQuery Read(ParseResult parsed) => new()
    {
        User = parsed.GetValue(_user),
        Server = parsed.GetValue(_server),
        Target = parsed.GetValue(_tool),
        Client = parsed.GetValue(_client),
        Action = parsed.GetValue(_action) is { } action ? AuditNames.ParseAction(action) : null,
        Outcome = parsed.GetValue(_outcome) is { } outcome ? AuditNames.ParseOutcome(outcome) : null,
        Since = parsed.GetValue(_since),
        Until = parsed.GetValue(_until),
        Limit = parsed.GetValue(_limit),
    };
}
