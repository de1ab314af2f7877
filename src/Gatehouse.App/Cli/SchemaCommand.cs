using System.CommandLine;
using Gatehouse.Core.Configuration;

namespace Gatehouse.App.Cli;

/// <summary><c>gatehouse schema</c>: what editors need to help with the configuration.</summary>
internal static class SchemaCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var command = new Command("schema", "Print the JSON schema of the configuration; \"$schema\" in the file names where it lies.");
        command.SetAction(_ =>
        {
            surroundings.Output.Write(ConfigurationSchema.Text);
            return ExitCode.Ok;
        });
        return command.WithExamples("gatehouse schema > gatehouse.schema.json");
    }
}
