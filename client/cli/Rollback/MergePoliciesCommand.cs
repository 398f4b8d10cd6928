using System.Collections.Immutable;
using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Memento.Cli.Workspaces;
using Memento.Rollback;

namespace Memento.Cli.Rollback;

/// <summary><c>memento merge-policies</c>.</summary>
internal static class MergePoliciesCommand
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static Command Create(GlobalOptions globals) =>
        new("merge-policies", "How documents are merged when a rollback and later work meet.") { Show(globals), Set(globals) };

    private static Command Show(GlobalOptions globals)
    {
        var at = Options.InRange("--at", "As they were in this version. [default: the newest]", 0L, long.MaxValue);
        var command = new Command("show", "Show the merge policies, in the order in which they are tried.") { at };
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = globals.Connect(line);
            var rollbacks = client.Rollbacks(globals.Workspace(line));
            Write(globals, line, await rollbacks.GetMergePoliciesAsync(line.GetValue(at), cancellationToken));
            return ExitCode.Done;
        });
        return command.WithExamples("memento merge-policies show", "memento merge-policies show --json | jq .policies > policies.json");
    }

    private static Command Set(GlobalOptions globals)
    {
        var file = new Option<string?>("--file", "-f")
        {
            Description = "A file with all policies, as a JSON array; - or nothing = stdin.", HelpName = "FILE",
        };
        var agent = new Option<string?>("--agent") { Description = "The agent that does it.", HelpName = "NAME" };
        var ifMatch = new Option<string?>("--if-match")
        {
            Description = "Only if the policies have this version; * = if they were set before. Exit code 4 otherwise.",
            HelpName = "VERSION",
        };
        const string What = "Replace all merge policies. Rollbacks and previews that have begun keep the ones that they began with.";
        var command = new Command("set", What) { file, agent, ifMatch };
        command.SetAction(async (line, cancellationToken) =>
        {
            var policies = Parse(await ValueInput.ReadAsync(globals.Terminal, line.GetValue(file), cancellationToken));
            using var client = globals.Connect(line);
            var request = new SetMergePolicies { Policies = policies, IfMatch = line.GetValue(ifMatch), AgentId = line.GetValue(agent) };
            Write(globals, line, await client.Rollbacks(globals.Workspace(line)).SetMergePoliciesAsync(request, cancellationToken));
            return ExitCode.Done;
        });
        return command.WithExamples(
            "memento merge-policies set --file policies.json --if-match 3",
            "echo '[{\"match\":\"entity/src/**\",\"path\":\"/tags\",\"as\":\"set\"}]' | memento merge-policies set --agent ada");
    }

    /// <summary>Reads policies. Input that is not a list of policies is refused here; a list that breaks a rule, by the server.</summary>
    private static ImmutableArray<MergePolicy> Parse(byte[] input)
    {
        ReadOnlySpan<byte> json = input;
        if (json.StartsWith(ByteOrderMark)) json = json[ByteOrderMark.Length..];
        if (!Utf8.IsValid(json)) throw new CommandException("policies: is not valid UTF-8 (MALFORMED_REQUEST)", ExitCode.WrongUsage);
        return ImmutableCollectionsMarshal.AsImmutableArray(JsonInput.Read(json, MementoJson.Default.MergePolicyArray, "policies"));
    }

    private static void Write(GlobalOptions globals, ParseResult line, MergePolicyList list)
    {
        if (globals.Json(line))
        {
            JsonOutput.Write(globals.Terminal, list, MementoJson.Default.MergePolicyList);
            return;
        }

        var who = list.AgentId is { } agent ? $" by {Format.Clean(agent)}" : "";
        globals.Terminal.Out.WriteLine(list.UpdatedAt is { } at
            ? $"version {list.Version}, {Format.Count(list.Policies.Length, "policy", "policies")}, set {Format.Time(at)}{who}"
            : "There are no merge policies: documents are merged by the built-in rules.");
        if (!list.Policies.IsEmpty) MergePolicyListing.Write(globals.Terminal, list.Policies);
    }
}
