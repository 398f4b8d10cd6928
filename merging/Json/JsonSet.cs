namespace Merging.Json;

/// <summary>The elements of an array, each found by its id.</summary>
internal sealed class JsonSet
{
    private readonly Dictionary<string, JsonPart> _byId = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];

    /// <summary>The element with that id, or null.</summary>
    public JsonPart? this[string id] => _byId.TryGetValue(id, out var element) ? element : null;

    /// <summary>Null if some element is no object, or has no id in that member, or has that of another.</summary>
    public static JsonSet? TryRead(List<JsonPart> elements, string idMember)
    {
        var set = new JsonSet();
        foreach (var element in elements)
        {
            if (!element.IsObject || !element.Members().TryGetValue(idMember, out var id) || !id.Value.IsStringOrNumber) return null;
            var text = id.Value.ToString();   // with quotation marks, so that 1 is not "1"
            if (!set._byId.TryAdd(text, element)) return null;
            set._ids.Add(text);
        }

        return set;
    }

    /// <summary>
    /// All ids of both sides, in the order of the side that moved elements, or ours if both or none did. What only the other side has follows what it
    /// follows there; where both sides added elements in one place, ours come first.
    /// </summary>
    public static List<string> Order(JsonSet @base, JsonSet ours, JsonSet theirs)
    {
        var oursLeads = Moved(@base, ours) || !Moved(@base, theirs);
        var (leader, other) = oursLeads ? (ours, theirs) : (theirs, ours);

        var followers = new Dictionary<string, List<string>>(StringComparer.Ordinal);   // by the common element before; "" is the start, and no id
        var anchor = "";
        foreach (var id in other._ids)
        {
            if (leader._byId.ContainsKey(id)) anchor = id;
            else if (followers.TryGetValue(anchor, out var more)) more.Add(id);
            else followers[anchor] = [id];
        }

        var order = new List<string>();
        anchor = "";
        if (!oursLeads) Follow();
        foreach (var id in leader._ids)
        {
            var isCommon = other._byId.ContainsKey(id);
            if (isCommon && oursLeads) Follow();
            order.Add(id);
            if (!isCommon) continue;
            anchor = id;
            if (!oursLeads) Follow();
        }

        if (oursLeads) Follow();
        return order;

        void Follow()
        {
            if (followers.TryGetValue(anchor, out var ids)) order.AddRange(ids);
        }
    }

    /// <summary>Whether the elements that a side kept stand in another order than before.</summary>
    private static bool Moved(JsonSet @base, JsonSet side) => !@base._ids.Where(side._byId.ContainsKey).SequenceEqual(side._ids.Where(@base._byId.ContainsKey), StringComparer.Ordinal);
}
