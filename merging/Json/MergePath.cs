using System.Globalization;

namespace Merging.Json;

/// <summary>A place in the merged value. The JSON Pointer is written only when asked for, because most places are never named.</summary>
internal sealed class MergePath
{
    public static readonly MergePath Root = new(null, "", -1);

    private readonly MergePath? _parent;
    private readonly string _name;
    private readonly int _index;

    private MergePath(MergePath? parent, string name, int index) => (_parent, _name, _index) = (parent, name, index);

    public MergePath Member(string name) => new(this, name, -1);

    public MergePath Element(int index) => new(this, "", index);

    /// <summary>Whether the place fits a pattern of tokens, in which <c>*</c> stands for any token.</summary>
    /// <param name="orBelow">Whether a place below a place that fits counts too.</param>
    public bool Fits(ReadOnlySpan<string> pattern, bool orBelow)
    {
        var at = this;
        for (var depth = Depth; depth > pattern.Length; depth--, at = at._parent!)
            if (!orBelow) return false;
        if (at.Depth < pattern.Length) return false;
        for (var i = pattern.Length - 1; i >= 0; i--, at = at._parent!)
            if (pattern[i] != "*" && pattern[i] != at.Token) return false;
        return true;
    }

    public override string ToString()
    {
        if (_parent is null) return "";
        var escaped = Token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return $"{_parent}/{escaped}";
    }

    /// <summary>The place as messages name it.</summary>
    public string Name => _parent is null ? "the whole value" : ToString();

    /// <summary>The place as messages about an array name it.</summary>
    public string ListName => _parent is null ? "the list" : ToString();

    private int Depth => _parent is null ? 0 : _parent.Depth + 1;

    private string Token => _index < 0 ? _name : _index.ToString(CultureInfo.InvariantCulture);
}
