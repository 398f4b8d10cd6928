using System.Text.Json;
using Memento.Sessions;

namespace Memento.Cli;

/// <summary>An event in a few words.</summary>
internal static class EventText
{
    /// <summary>One line, for a stream.</summary>
    public static string Line(SessionEvent e)
    {
        var note = Note(e);
        return $"{e.Seq,6}  {Format.Time(e.OccurredAt ?? e.Timestamp)}  {Format.Name(e.Type),-10}  {Format.Clean(e.Actor)}  {What(e)}{(note.Length > 0 ? "  – " + note : "")}";
    }

    public static string What(SessionEvent e) => e.ChangeInfo.EntityIds.IsEmpty
        ? $"{Format.Name(e.ChangeInfo.Operation)} {Format.Name(e.ChangeInfo.ElementType)}"
        : $"{Format.Name(e.ChangeInfo.Operation)} {Format.Few(e.ChangeInfo.EntityIds, 2)}";

    /// <summary>What stands out: a transition, an impact, a handoff, a commit's subject. Empty if nothing does.</summary>
    public static string Note(SessionEvent e)
    {
        var notes = new List<string>(4);
        if (e.StateTransition is { } t) notes.Add($"{Format.Name(t.From)} → {Format.Name(t.To)}");
        if (e.Impact is { Severity: not Severity.Low } impact) notes.Add($"{Format.Name(impact.Severity)} impact");
        if (e.Handoff is { } handoff) notes.Add($"{Format.Name(handoff.Action)}: {handoff.FromAgent ?? "–"} → {handoff.ToAgent ?? "–"}");
        if (e.Checkpoint is { } checkpoint) notes.Add($"checkpoint {Format.Name(checkpoint.Outcome)}");
        if (Subject(e.Metadata) is { } subject) notes.Add(subject);
        return Format.Clean(string.Join("; ", notes));
    }

    private static string? Subject(JsonText? metadata)
    {
        if (metadata is null || !metadata.Text.Contains("\"subject\"", StringComparison.Ordinal)) return null;
        using var document = JsonDocument.Parse(metadata.Text);
        return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("subject", out var subject) && subject.ValueKind is JsonValueKind.String
            ? subject.GetString()
            : null;
    }
}
