using System.Reflection;
using Memento.Audit;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Audit;

public sealed class AuditTrailTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_point_says_who_made_it_and_how_and_keeps_its_secrets()
    {
        var fact = new WorkspaceFact.PointCreated
        {
            At = Now, RollbackPointId = "rp-1", Name = "before", Description = "with Password=hunter2;", SessionId = "s1", AgentId = "ada", Metadata = JsonText.Parse("""{"token":"abc","n":1.50}"""),
            ExpiresAt = Now.AddHours(1), Root = StateHash.Empty, Documents = 1, Bytes = 2, Chain = ContentHash.Of([]),
        };

        var entry = AuditTrail.Of(fact, 7);

        Assert.Equal((Now, AuditAction.PointCreated, "ada", "s1", "rp-1", 7L), (entry.At, entry.Action, entry.AgentId, entry.SessionId, entry.RollbackPointId, entry.Seq));
        Assert.Equal("""{"name":"before","description":"with ***;","metadata":{"token":"***","n":1.50},"pinned":false,"expiresAt":"2026-01-02T04:04:05Z"}""", entry.Detail!.Text);
        Assert.Equal("a:ada s:s1 p:rp-1", string.Join(' ', Labels(fact)));
    }

    [Fact]
    public void What_a_rollback_does_by_itself_was_done_by_who_asked_for_it()
    {
        var finished = new RollbackFact.Finished { At = Now, Status = RollbackStatus.Failed, Message = "it did not work", Error = new(Codes.RollbackConflict, "no") };
        var resolved = new RollbackFact.ConflictResolved { At = Now, ConflictId = "c1", Document = new(DocumentKind.Entity, "a"), Choice = ConflictChoice.SmartMerge, AgentId = "eve" };

        Assert.Equal(("ada", "eve", null), (AuditTrail.AgentOf(finished, "ada"), AuditTrail.AgentOf(resolved, "ada"), AuditTrail.AgentOf(new RollbackFact.CancelRequested { At = Now }, "ada")));
        Assert.Equal("""{"status":"failed","message":"it did not work","code":"ROLLBACK_CONFLICT"}""", AuditTrail.Of(finished, "op-1", "ada").Detail!.Text);
        var entry = AuditTrail.Of(resolved, "op-1", "eve");
        Assert.Equal(("op-1", "eve", new(DocumentKind.Entity, "a", null, "c1")), (entry.OperationId, entry.AgentId, Assert.Single(entry.Documents)));
    }

    [Fact]
    public void Change_of_merge_policies_says_who_made_it_and_which_version_it_is()
    {
        var entry = AuditTrail.Of(new MergePoliciesChanged { At = Now, Version = 4, AgentId = "ada", Policies = [new() { Match = "**" }] });

        Assert.Equal((Now, AuditAction.MergePoliciesChanged, "ada"), (entry.At, entry.Action, entry.AgentId));
        Assert.Equal("""{"version":4,"policies":1}""", entry.Detail!.Text);
    }

    [Fact]
    public void Every_kind_of_fact_of_workspaces_and_rollbacks_is_an_action_of_its_own()
    {
        var facts = typeof(WorkspaceFact).GetNestedTypes(BindingFlags.Public).Concat(typeof(RollbackFact).GetNestedTypes(BindingFlags.Public)).ToArray();
        Assert.Equal(Enum.GetValues<AuditAction>().Count(action => action < AuditAction.StaleCallRefused), facts.Length);
    }

    [Fact]
    public void The_label_that_is_searched_is_one_that_an_entry_has_which_is_asked_for()
    {
        var fact = new WorkspaceFact.DocumentsChanged { At = Now, AgentId = "ada", SessionId = "s1", Cause = "op-1", Root = StateHash.Empty, Documents = 0, Bytes = 0 };
        foreach (var query in (AuditQuery[])[new() { AgentId = "ada" }, new() { SessionId = "s1", AgentId = "ada" }, new() { OperationId = "op-1" }])
        {
            Assert.True(query.Covers(AuditTrail.Of(fact, 1)));
            Assert.Contains($"{AuditTrail.LabelOf(query)}", Labels(fact));
        }

        Assert.Null(AuditTrail.LabelOf(new()));
    }

    [Fact]
    public void Bad_questions_are_refused_by_field()
    {
        foreach (var (query, field) in ((AuditQuery, string)[])[(new() { AgentId = "" }, "agent"), (new() { Since = Now, Until = Now.AddTicks(-1) }, "until"), (new() { Limit = 0 }, "limit"), (new() { Document = new(DocumentKind.Entity, "") }, "document")])
            Assert.Equal(field, Assert.Single(Assert.Throws<MementoException>(query.Check).Refusal.Errors).Field);
    }

    private static IEnumerable<string> Labels(WorkspaceFact fact)
    {
        var (agent, session, operation, point) = AuditTrail.LabelsOf(fact);
        return ((AuditLabel[])[agent, session, operation, point]).Where(label => label != default).Select(label => label.ToString());
    }
}
