using System.CommandLine;

namespace Memento.Samples.Fleet;

/// <summary>What the demo is asked to do.</summary>
/// <param name="Folder">What to index.</param>
/// <param name="Agents">How many agents.</param>
/// <param name="Files">Most files.</param>
/// <param name="Keep">Whether the server stays when all is over.</param>
internal sealed record DemoOptions(string Folder, int Agents, int Files, bool Keep)
{
    public const int MostAgents = 32;

    private const int FewestAgents = 2, MostFiles = 20_000;

    public static RootCommand Command(Func<DemoOptions, CancellationToken, Task<int>> run)
    {
        var folder = new Argument<string>("folder") { Description = "What to index.", HelpName = "FOLDER", DefaultValueFactory = _ => "." };
        var agents = Number("--agents", $"How many agents, {FewestAgents} to {MostAgents}.", 4, FewestAgents, MostAgents, " One of them is killed, and another must be there to take over.");
        var files = Number("--files", $"Most files, 1 to {MostFiles}.", 400, 1, MostFiles);
        var keep = new Option<bool>("--keep") { Description = "Let the server stay when all is over, until Ctrl-C." };
        folder.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !Directory.Exists(result.Tokens[0].Value)) result.AddError($"There is no folder \"{result.Tokens[0].Value}\".");
        });
        var command = new RootCommand("A fleet of agents indexes the files of a folder. One of them is killed in the middle; nothing is lost, and what it left half done is taken back. Exit code 0 only if all of that was so.") { folder, agents, files, keep };
        command.SetAction((line, cancellationToken) => run(new(Path.GetFullPath(line.GetRequiredValue(folder)), line.GetValue(agents), line.GetValue(files), line.GetValue(keep)), cancellationToken));
        return command;
    }

    private static Option<int> Number(string name, string description, int usual, int least, int most, string why = "")
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && (!int.TryParse(result.Tokens[0].Value, out var value) || value < least || value > most))
                result.AddError($"{name} is \"{result.Tokens[0].Value}\"; must be a number from {least} to {most}.{why}");
        });
        return option;
    }
}
