using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Memento.Cli.Workspaces;
using Memento.Rollback;
using Memento.Workspaces;

namespace Memento.Cli.Rollback;

internal static class ResolveConflictsCommand
{
    public static Command Create(GlobalOptions globals)
    {
        var choice = new Argument<string>("choice") { Description = $"One of: {string.Join(", ", NamedEnumConverter<ConflictChoice>.KnownNames)}.", HelpName = "CHOICE" };
        choice.CompletionSources.Add([.. NamedEnumConverter<ConflictChoice>.KnownNames]);
        choice.Validators.Add(result =>
        {
            if (!NamedEnumConverter<ConflictChoice>.TryParse(result.Tokens[0].Value, out _))
                result.AddError($"The choice is \"{result.Tokens[0].Value}\"; must be one of: {string.Join(", ", NamedEnumConverter<ConflictChoice>.KnownNames)}.");
        });
        var ids = new Argument<string[]>("conflicts") { Description = "Ids of conflicts.", HelpName = "CONFLICT", Arity = ArgumentArity.OneOrMore };
        var value = new Option<string?>("--value") { Description = "A file with the document's value, for the choice value; - = stdin.", HelpName = "FILE" };
        var by = RollbackCommand.By();
        var ifMatch = new Option<string?>("--if-match") { Description = "The version of the document that was looked at, if it changed since the conflict was found; \"conflicts show\" tells.", HelpName = "VERSION" };
        var command = new Command("resolve", "Settle conflicts, one or several in the same way. With several, all are tried, and the exit code is that of the first that could not be settled.") { choice, ids, value, by, ifMatch };
        command.Validators.Add(result =>
        {
            var isValue = result.GetResult(choice)?.Tokens is [var word] && word.Value == Format.Name(ConflictChoice.Value);
            if (isValue != result.GetResult(value) is not null) result.AddError("The choice value and --value go together.");
            else if (result.GetResult(ifMatch) is not null && result.GetResult(ids)?.Tokens.Count > 1) result.AddError("--if-match is about one conflict.");
            else if (isValue && result.GetResult(ids)?.Tokens.Count > 1) result.AddError("A value settles one conflict at a time.");
        });

        command.SetAction(async (line, cancellationToken) =>
        {
            _ = NamedEnumConverter<ConflictChoice>.TryParse(line.GetRequiredValue(choice), out var chosen);
            var bytes = chosen is ConflictChoice.Value ? await ValueInput.ReadAsync(globals.Terminal, line.GetValue(value), cancellationToken) : null;
            using var client = globals.Connect(line);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            var conflicts = line.GetRequiredValue(ids);
            return conflicts is [var one]
                ? await OneAsync(globals, line, rollbacks, one, await RequestAsync(rollbacks, one, chosen, bytes, line.GetValue(by), cancellationToken) with { IfMatch = line.GetValue(ifMatch) }, cancellationToken)
                : await ManyAsync(globals, line, rollbacks, conflicts, new() { Choice = chosen, AgentId = line.GetValue(by) }, cancellationToken);
        });

        return command.WithExamples(
            "memento conflicts resolve smart-merge conf-0199… conf-019a… --by ada",
            "memento conflicts resolve value conf-0199… --value merged.json",
            "memento conflicts list --status open --all --json | jq -r '.items[].conflictId' | xargs memento conflicts resolve keep-current");
    }

    private static async Task<ResolveConflict> RequestAsync(IRollbackClient rollbacks, string id, ConflictChoice choice, byte[]? value, string? by, CancellationToken cancellationToken)
    {
        if (value is null) return new() { Choice = choice, AgentId = by };
        var isFile = (await rollbacks.GetConflictAsync(id, cancellationToken)).Conflict.Kind is DocumentKind.File;
        return isFile || value.AsSpan().SequenceEqual("null"u8)   // a member that is null is one that is missing
            ? new() { Choice = choice, AgentId = by, Base64 = Convert.ToBase64String(value) }
            : new() { Choice = choice, AgentId = by, Value = new(Encoding.UTF8.GetString(DocumentValue.Json(value).Content)) };
    }

    private static async Task<int> OneAsync(GlobalOptions globals, ParseResult line, IRollbackClient rollbacks, string id, ResolveConflict request, CancellationToken cancellationToken)
    {
        var resolved = await rollbacks.ResolveAsync(id, request, cancellationToken);
        if (globals.Json(line)) JsonOutput.Write(globals.Terminal, resolved, MementoJson.Default.ConflictView);
        else globals.Terminal.Out.WriteLine($"{resolved.ConflictId}: {ConflictListing.Status(resolved)} for {Format.Clean(resolved.Key.ToString())}");
        return ExitCode.Done;
    }

    private static async Task<int> ManyAsync(GlobalOptions globals, ParseResult line, IRollbackClient rollbacks, string[] ids, ResolveConflict request, CancellationToken cancellationToken)
    {
        var (results, code, json) = (ImmutableArray.CreateBuilder<Resolution>(ids.Length), ExitCode.Done, globals.Json(line));
        foreach (var id in ids)
        {
            try
            {
                var resolved = await rollbacks.ResolveAsync(id, request, cancellationToken);
                results.Add(new(id, resolved.Status));
                if (!json) globals.Terminal.Out.WriteLine($"{id}: {ConflictListing.Status(resolved)} for {Format.Clean(resolved.Key.ToString())}");
            }
            catch (MementoException e)
            {
                results.Add(new(id, Error: new(e.Code, e.Refusal.Message)));
                var failure = Failure.Of(e)!;
                if (code == ExitCode.Done) code = failure.ExitCode;
                if (!json) globals.Terminal.Error.WriteLine($"memento: {id}: {failure.Line}.");
            }
        }

        if (json) JsonOutput.Write(globals.Terminal, new(results.ToImmutable()), MementoJson.Default.Resolutions);
        return code;
    }
}
