using System.CommandLine;

namespace Gatehouse.App.Cli;

/// <summary><c>gatehouse check</c>: reads a configuration as <c>run</c> would, and stops there.</summary>
internal static class CheckCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var file = ConfigurationFile.Argument();
        var command = new Command("check", "Read a configuration, and print every fault and warning in it.") { file };
        command.SetAction(parsed =>
        {
            var (configuration, code) = ConfigurationFile.Load(parsed.GetValue(file), surroundings);
            if (configuration is not null) surroundings.Output.WriteLine(Sentence(configuration));
            return code;
        });
        return command.WithExamples("gatehouse check gatehouse.json", "gatehouse check gatehouse.json && systemctl restart gatehouse");
    }

    private static string Sentence(ConfigurationFile configuration)
    {
        var summary = new Summary(configuration);
        return $"The configuration is right: {summary.Url}, sign-in with {summary.SignIn}, {summary.Servers}, state: {summary.State}.";
    }
}
