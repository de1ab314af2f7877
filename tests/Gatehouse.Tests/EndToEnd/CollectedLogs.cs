using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>Everything that was logged: messages, their values, scopes and exceptions. So that a test can say what is in none of it.</summary>
internal sealed class CollectedLogs : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> _entries = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<string> Entries => _entries;

    public ILogger CreateLogger(string categoryName) => new Collector(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
        // What was collected outlives the host: tests look at it afterwards.
    }

    private sealed class Collector(CollectedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logs._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var entry = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{logLevel} {category}: {formatter(state, exception)}");
            if (state is IEnumerable<KeyValuePair<string, object?>> values) Append(entry, values);
            logs._scopes.ForEachScope(static (scope, entry) => entry.Append(CultureInfo.InvariantCulture, $" <{scope}>"), entry);
            if (exception is not null) entry.AppendLine().Append(exception);
            logs._entries.Enqueue(entry.ToString());
        }

        private static void Append(StringBuilder entry, IEnumerable<KeyValuePair<string, object?>> values)
        {
            foreach (var (name, value) in values) entry.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        }
    }
}
