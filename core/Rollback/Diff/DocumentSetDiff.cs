using System.Collections.Immutable;
using Orleans;

namespace Memento.Rollback;

/// <summary>One document at two moments.</summary>
/// <param name="BeforeHash">Hash of its value; null = it was not there.</param>
/// <param name="AfterHash">Hash of its value; null = it is not there.</param>
public readonly record struct DocumentHashes(string Kind, string Id, string? BeforeHash, string? AfterHash);

/// <summary>What happened to one document between two moments.</summary>
[GenerateSerializer, Immutable, Alias("memento.DocumentDifference")]
public sealed record DocumentDifference
{
    [Id(0)] public required string Kind { get; init; }

    /// <summary>Its id; after a move the new one.</summary>
    [Id(1)] public required string Id { get; init; }

    [Id(2)] public required DiffOperation Operation { get; init; }

    /// <summary>For a move: the id that it had.</summary>
    [Id(3)] public string? FromId { get; init; }

    /// <summary>Hash of the value before; absent for a create.</summary>
    [Id(4)] public string? BeforeHash { get; init; }

    /// <summary>Hash of the value after; absent for a delete.</summary>
    [Id(5)] public string? AfterHash { get; init; }

    /// <summary>The change that leads back.</summary>
    public DocumentDifference Invert() => this with
    {
        Id = FromId ?? Id,
        FromId = FromId is null ? null : Id,
        BeforeHash = AfterHash,
        AfterHash = BeforeHash,
        Operation = Operation switch { DiffOperation.Create => DiffOperation.Delete, DiffOperation.Delete => DiffOperation.Create, var same => same },
    };
}

/// <summary>The difference of two states of a workspace, by the hashes of its documents.</summary>
public static class DocumentSetDiff
{
    /// <summary>
    /// What changed, sorted by kind and id. Documents that are the same on both sides, or on neither, are left out. A document that is gone and a new one of the same kind with the same value are one
    /// document that moved; where several have that value, they are paired in the order of their ids. Each document may be given once.
    /// </summary>
    public static ImmutableArray<DocumentDifference> Compare(IEnumerable<DocumentHashes> documents)
    {
        List<DocumentHashes> different = [.. documents.Where(document => document.BeforeHash != document.AfterHash)];
        different.Sort(static (x, y) => string.CompareOrdinal(x.Kind, y.Kind) is not 0 and var order ? order : string.CompareOrdinal(x.Id, y.Id));

        var gone = new Dictionary<(string Kind, string Hash), Queue<string>>();
        foreach (var document in different)
        {
            if (document is not { BeforeHash: { } hash, AfterHash: null }) continue;
            if (!gone.TryGetValue((document.Kind, hash), out var ids)) gone.Add((document.Kind, hash), ids = new());
            ids.Enqueue(document.Id);
        }

        var origins = new Dictionary<(string Kind, string Id), string>();
        var moved = new HashSet<(string Kind, string Id)>();
        foreach (var document in different)
        {
            if (document is not { BeforeHash: null, AfterHash: { } hash } || !gone.TryGetValue((document.Kind, hash), out var ids) || !ids.TryDequeue(out var from)) continue;
            origins.Add((document.Kind, document.Id), from);
            moved.Add((document.Kind, from));
        }

        return [.. different.Where(document => document.AfterHash is not null || !moved.Contains((document.Kind, document.Id))).Select(document => Change(document, origins.GetValueOrDefault((document.Kind, document.Id))))];
    }

    private static DocumentDifference Change(DocumentHashes document, string? from) => new()
    {
        Kind = document.Kind,
        Id = document.Id,
        FromId = from,
        BeforeHash = from is null ? document.BeforeHash : document.AfterHash,
        AfterHash = document.AfterHash,
        Operation = from is not null ? DiffOperation.Move : document.BeforeHash is null ? DiffOperation.Create : document.AfterHash is null ? DiffOperation.Delete : DiffOperation.Update,
    };
}
