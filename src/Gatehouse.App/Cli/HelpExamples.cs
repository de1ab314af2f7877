using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Gatehouse.App.Cli;

/// <summary>Help that ends with examples: the quickest thing to read.</summary>
internal static class HelpExamples
{
    private const int Width = 110;

    private static readonly ConditionalWeakTable<Command, string[]> _examples = [];

    public static T WithExamples<T>(this T command, params string[] examples) where T : Command
    {
        // The root's option serves every command; its action looks up the examples of the one that was meant.
        if (command is RootCommand root)
        {
            var help = root.Options.OfType<HelpOption>().Single();
            help.Action = new Action((HelpAction)help.Action!);
        }

        _examples.Add(command, examples);
        return command;
    }

    private sealed class Action : SynchronousCommandLineAction
    {
        private readonly HelpAction _help;

        public Action(HelpAction help)
        {
            _help = help;
            _help.MaxWidth = Width;
        }

        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = _help.Invoke(parseResult);
            if (!_examples.TryGetValue(parseResult.CommandResult.Command, out var examples)) return code;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine($"  {example}");
            output.WriteLine();
            return code;
        }
    }
}
