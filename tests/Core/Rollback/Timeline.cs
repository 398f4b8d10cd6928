using System.Text;
using Memento.Rollback;
using Memento.Workspaces;
using Xunit;

namespace Memento.Tests.Core.Rollback;

/// <summary>The versions of a document, with their makers; the first may be at the point.</summary>
internal sealed class Timeline
{
    public static readonly DocumentKey Key = new(DocumentKind.Entity, "a");

    /// <summary>The maker of versions that a rollback wrote.</summary>
    public const string Rollback = "rollback";

    private readonly Dictionary<long, DocumentValue> _values = [];
    private readonly Dictionary<long, string> _makers = [];
    private long _seq = 10;

    public DocumentVersion? AtPoint { get; private set; }

    public List<DocumentVersion> Since { get; } = [];

    /// <summary>Sets the document at the point: JSON, or null for none.</summary>
    public static Timeline From(string? atPoint)
    {
        var timeline = new Timeline();
        if (atPoint is not null) timeline.AtPoint = timeline.Version(atPoint, 0);
        return timeline;
    }

    /// <summary>Sets the document to some JSON, or deletes it for null.</summary>
    public Timeline Then(string maker, string? json)
    {
        var version = Version(json, Since.Count > 0 ? Since[^1].Seq : AtPoint?.Seq ?? 0);
        _makers[version.Seq] = maker;
        Since.Add(version);
        return this;
    }

    public Undoing Undo(params string[] makers) => Undoing.Of(
        AtPoint, Since, version => makers.Contains(_makers[version.Seq]), version => _makers[version.Seq] == Rollback);

    /// <summary>Returns the document after a rollback of the makers' changes.</summary>
    public (string? Json, DocumentMerge? Conflict) Outcome(params string[] makers)
    {
        var undoing = Undo(makers);
        var (value, conflict) = (ValueOf(undoing.Start), default(DocumentMerge));
        foreach (var run in undoing.Merges)
        {
            var merge = DocumentMerge.Of(Key, ValueOf(run.After), value, ValueOf(run.Before), madeAnew: run.IsMadeAnew);
            (value, conflict) = (merge.Value, merge.Conflict is null ? conflict : merge);
        }

        return (value is null ? null : Encoding.UTF8.GetString(value.Content), conflict);
    }

    /// <summary>Undoing these makers' changes must give this without a conflict.</summary>
    public void Gives(string? json, params string[] makers)
    {
        var (outcome, conflict) = Outcome(makers);
        Assert.Null(conflict);
        Assert.Equal(json, outcome);
    }

    private DocumentValue? ValueOf(DocumentVersion? version) => version is null or { IsDeleted: true } ? null : _values[version.Seq];

    private DocumentVersion Version(string? json, long previous)
    {
        var value = json is null ? null : DocumentValue.Json(Encoding.UTF8.GetBytes(json));
        var seq = _seq++;
        if (value is not null) _values[seq] = value;
        return new() { Key = Key, Seq = seq, Hash = value?.Hash, Length = value?.Content.Length ?? 0, PreviousSeq = previous };
    }
}
