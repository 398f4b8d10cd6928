using System.Globalization;
using System.Text;

namespace Memento.Rollback;

/// <summary>Places in JSON documents as text: JSON Pointer (RFC 6901).</summary>
internal static class JsonPath
{
    /// <summary>The steps of a pointer, unescaped. False if it does not begin with <c>/</c> (and is not empty) or a <c>~</c> is not followed by 0 or 1.</summary>
    public static bool TrySplit(string pointer, out string[] steps)
    {
        steps = [];
        if (pointer.Length == 0) return true;
        if (pointer[0] != '/') return false;
        for (var i = pointer.IndexOf('~', StringComparison.Ordinal); i >= 0; i = pointer.IndexOf('~', i + 1))
            if (i + 1 == pointer.Length || pointer[i + 1] is not ('0' or '1')) return false;

        steps = pointer[1..].Split('/');
        if (pointer.Contains('~', StringComparison.Ordinal))
            for (var i = 0; i < steps.Length; i++)
                steps[i] = steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        return true;
    }

    /// <summary>Adds one step to a pointer.</summary>
    public static void Append(StringBuilder pointer, string name)
    {
        pointer.Append('/');
        if (name.AsSpan().ContainsAny('~', '/')) pointer.Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        else pointer.Append(name);
    }

    /// <summary>The index that a step names: digits without leading zeros, below 2³¹.</summary>
    public static bool TryIndex(string step, out int index) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index) && (step.Length == 1 || step[0] != '0');
}

/// <summary>A place that the comparison stands at, in both documents at once. It becomes text only if something is to be said about it.</summary>
internal sealed class Place
{
    private readonly string? name;

    private Place(Place? parent, string? name, int before, int after)
    {
        (Parent, this.name, Before, After) = (parent, name, before, after);
        Depth = parent is null ? 0 : parent.Depth + 1;
        Shifted = before != after || parent is { Shifted: true };
    }

    public static Place Root { get; } = new(null, null, 0, 0);

    public Place? Parent { get; }

    /// <summary>Index in the array before; -1 if it is not there.</summary>
    public int Before { get; }

    /// <summary>Index in the array after; -1 if it is not there.</summary>
    public int After { get; }

    /// <summary>Steps from the root.</summary>
    public int Depth { get; }

    /// <summary>The two documents have different paths to it.</summary>
    public bool Shifted { get; }

    public Place Member(string member) => new(this, member, 0, 0);

    public Place Element(int before, int after) => new(this, null, before, after);

    public string PathBefore() => Path(before: true);

    public string PathAfter() => Path(before: false);

    private string Path(bool before)
    {
        var text = new StringBuilder();
        Append(this);
        return text.ToString();

        void Append(Place place)
        {
            if (place.Parent is null) return;
            Append(place.Parent);
            if (place.name is not null) JsonPath.Append(text, place.name);
            else text.Append('/').Append(before ? place.Before : place.After);
        }
    }
}
