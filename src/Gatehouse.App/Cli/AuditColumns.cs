using System.Globalization;
using Gatehouse.App.Hosting;
using Gatehouse.Core.Audit;

namespace Gatehouse.App.Cli;

/// <summary>An event in columns of text that is fit for a terminal.</summary>
internal static class AuditColumns
{
    /// <summary>What people look at, with the width that usually is enough.</summary>
    public static IReadOnlyList<(string Name, int Width, Func<AuditEvent, string> Text)> ForPeople { get; } =
    [
        ("time (UTC)", 19, auditEvent => auditEvent.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
        ("user", 24, auditEvent => Clean(auditEvent.User ?? auditEvent.Subject)),
        ("client", 16, auditEvent => Clean(auditEvent.ClientName ?? auditEvent.ClientId)),
        ("action", 12, auditEvent => AuditNames.Of(auditEvent.Action)),
        ("server", 12, auditEvent => Clean(auditEvent.Server)),
        ("target", 24, auditEvent => Clean(auditEvent.Target)),
        ("outcome", 11, auditEvent => AuditNames.Of(auditEvent.Outcome)),
        ("ms", 6, auditEvent => Milliseconds(auditEvent.Duration)),
        ("reason", 0, auditEvent => Clean(auditEvent.Reason)),
    ];

    /// <summary>All of it, for programs. The order is a promise: see docs/reference/cli.md.</summary>
    public static IReadOnlyList<(string Name, Func<AuditEvent, string> Text)> ForPrograms { get; } =
    [
        ("time", auditEvent => auditEvent.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
        ("user", auditEvent => Clean(auditEvent.User)),
        ("subject", auditEvent => Clean(auditEvent.Subject)),
        ("clientName", auditEvent => Clean(auditEvent.ClientName)),
        ("clientId", auditEvent => Clean(auditEvent.ClientId)),
        ("action", auditEvent => AuditNames.Of(auditEvent.Action)),
        ("server", auditEvent => Clean(auditEvent.Server)),
        ("target", auditEvent => Clean(auditEvent.Target)),
        ("outcome", auditEvent => AuditNames.Of(auditEvent.Outcome)),
        ("durationMs", auditEvent => Milliseconds(auditEvent.Duration)),
        ("requestBytes", auditEvent => auditEvent.RequestBytes.ToString(CultureInfo.InvariantCulture)),
        ("responseBytes", auditEvent => auditEvent.ResponseBytes.ToString(CultureInfo.InvariantCulture)),
        ("requestId", auditEvent => Clean(auditEvent.RequestId)),
        ("reason", auditEvent => Clean(auditEvent.Reason)),
        ("arguments", auditEvent => Clean(auditEvent.Arguments)),
    ];

    private static string Milliseconds(TimeSpan duration) => duration.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Clean(string? text) => text is null ? "" : TerminalText.Clean(text);
}
