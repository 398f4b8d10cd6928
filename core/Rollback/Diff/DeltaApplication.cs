using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Memento.Rollback;

/// <summary>
/// One run of <see cref="JsonDelta.Apply"/>. The document is written anew from front to back: what no change touches is copied as it is. In an array, what was created or moved has its index after;
/// the elements that stay fill the other places in their order. That is why changes need no order among themselves.
/// </summary>
internal sealed class DeltaApplication
{
    private readonly JsonDelta delta;
    private readonly ChangeTree going;
    private readonly ArrayBufferWriter<byte> to;
    private string? misfit;

    private DeltaApplication(JsonDelta delta, ChangeTree going, int size) => (this.delta, this.going, to) = (delta, going, new(Math.Max(size, 16)));

    public static AppliedDelta Apply(JsonDelta delta, ReadOnlyMemory<byte> before)
    {
        if (ChangeTree.Before(delta) is not { } going || ChangeTree.After(delta) is not { } coming) return Refused("its paths do not go together");

        using var document = JsonDocument.Parse(before, JsonDiff.Reading);
        going.Locate(document.RootElement);
        var run = new DeltaApplication(delta, going, before.Length);
        if (going.Passage >= 0 || coming.Passage >= 0) return Refused("the whole document cannot come, go or move");
        run.CheckGoing(going);
        run.Write(document.RootElement, going, coming);
        return run.misfit is null ? new(run.to.WrittenMemory, null) : Refused(run.misfit);
    }

    private static AppliedDelta Refused(string why) => new(default, Refusal.Of(RefusalKind.Conflict, Codes.DiffMismatch, $"The diff does not fit this document: {why}."));

    /// <summary>What goes must be there, with the value that it had.</summary>
    private void CheckGoing(ChangeTree node)
    {
        if (node.Passage >= 0) Check(node.Value, delta.Changes[node.Passage].OldValue, node.Passage);
        foreach (var child in node.Children.Values) CheckGoing(child);
    }

    private void Check(JsonElement value, JsonText? expected, int change)
    {
        if (misfit is not null) return;
        if (value.ValueKind is JsonValueKind.Undefined || expected is null || !JsonMarshal.GetRawUtf8Value(value).SequenceEqual(Encoding.UTF8.GetBytes(expected.Text)))
            Misfit($"the value before that change {change + 1} names is not at {Quoted.Text(delta.Changes[change].From ?? delta.Changes[change].Path)}");
    }

    private void Misfit(string why) => misfit ??= why;

    private void Write(JsonElement value, ChangeTree? gone, ChangeTree? come)
    {
        if (misfit is not null) return;
        if (come is { Update: >= 0 and var update })
        {
            Check(value, delta.Changes[update].OldValue, update);
            if (come.Children.Count > 0 || delta.Changes[update].NewValue is null) Misfit($"change {update + 1} replaces what other changes look into");
            else Write(delta.Changes[update].NewValue!);
        }
        else if (gone is not { Children.Count: > 0 } && come is not { Children.Count: > 0 }) to.Write(JsonMarshal.GetRawUtf8Value(value));
        else if (value.ValueKind is JsonValueKind.Object) WriteObject(value, gone, come);
        else if (value.ValueKind is JsonValueKind.Array) WriteArray(value, gone, come);
        else Misfit("a change looks into a value that is neither object nor array");
    }

    private void WriteObject(JsonElement value, ChangeTree? gone, ChangeTree? come)
    {
        KeyValuePair<string, ChangeTree>[] arriving = come is null ? [] : [.. come.Children.Where(child => child.Value.Passage >= 0).OrderBy(child => child.Key, StringComparer.Ordinal)];
        var (next, staying, first) = (0, come is null ? 0 : come.Children.Count - arriving.Length, true);
        to.Write("{"u8);
        foreach (var member in value.EnumerateObject())
        {
            var name = member.Name;
            for (; next < arriving.Length && string.CompareOrdinal(arriving[next].Key, name) < 0; next++) Arrive(arriving[next]);
            var leaving = gone?.Child(name);
            if (leaving is { Passage: >= 0 }) continue;
            if (next < arriving.Length && arriving[next].Key == name)
            {
                Misfit($"there is a member {Quoted.Text(name)} already");
                return;
            }

            var below = come?.Child(name);
            if (below is not null) staying--;
            Comma(ref first);
            to.Write("\""u8);
            to.Write(JsonMarshal.GetRawUtf8PropertyName(member));
            to.Write("\":"u8);
            Write(member.Value, leaving, below);
        }

        for (; next < arriving.Length; next++) Arrive(arriving[next]);
        to.Write("}"u8);
        if (staying != 0) Misfit("a member that a change looks into is not there");

        void Arrive(KeyValuePair<string, ChangeTree> member)
        {
            Comma(ref first);
            CanonicalName.Write(to, member.Key);
            to.Write(":"u8);
            WriteArriving(member.Value);
        }
    }

    private void WriteArray(JsonElement value, ChangeTree? gone, ChangeTree? come)
    {
        var leaving = gone?.ByIndex() ?? [];
        var arriving = come?.ByIndex() ?? [];
        JsonElement[] elements = [.. value.EnumerateArray()];
        var length = elements.Length - leaving.Values.Count(child => child.Passage >= 0) + arriving.Values.Count(child => child.Passage >= 0);
        var (rest, used, first) = (0, 0, true);
        to.Write("["u8);
        for (var i = 0; i < length && misfit is null; i++)
        {
            Comma(ref first);
            if (arriving.TryGetValue(i, out var here)) used++;
            if (here is { Passage: >= 0 })
            {
                WriteArriving(here);
                continue;
            }

            while (rest < elements.Length && leaving.TryGetValue(rest, out var skipped) && skipped.Passage >= 0) rest++;
            if (rest == elements.Length) Misfit("an array is shorter than the changes say");
            else Write(elements[rest], leaving.GetValueOrDefault(rest), here);
            rest++;
        }

        to.Write("]"u8);
        if (used != (come?.Children.Count ?? 0)) Misfit("an array is shorter than the changes say");
    }

    private void WriteArriving(ChangeTree node)
    {
        var change = delta.Changes[node.Passage];
        if (change.Operation is DiffOperation.Move && going.Find(change.From) is { } origin && origin.Value.ValueKind is not JsonValueKind.Undefined) Write(origin.Value, origin, node);
        else if (change is { Operation: DiffOperation.Create, NewValue: { } created } && node.Children.Count == 0 && node.Update < 0) Write(created);
        else Misfit($"change {node.Passage + 1} brings no value");
    }

    private void Write(JsonText value)
    {
        var span = to.GetSpan(Encoding.UTF8.GetMaxByteCount(value.Text.Length));
        to.Advance(Encoding.UTF8.GetBytes(value.Text, span));
    }

    private void Comma(ref bool first)
    {
        if (!first) to.Write(","u8);
        first = false;
    }
}
