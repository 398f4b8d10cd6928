namespace Memento;

/// <summary>The key of everything that lives in a workspace: <c>workspace/id</c>. A slash in the workspace's name is escaped, so the first slash always parts the two.</summary>
public readonly record struct GrainKey(string Workspace, string Id)
{
    public override string ToString() => $"{Escape(Workspace)}/{Id}";

    /// <summary>Reads a key back. Throws <see cref="FormatException"/> if it has no slash.</summary>
    public static GrainKey Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) throw new FormatException($"'{key}' is not a key of the form workspace/id.");
        return new(Unescape(key[..slash]), key[(slash + 1)..]);
    }

    private static string Escape(string name) => name.Contains('/', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal)
        ? name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal)
        : name;

    private static string Unescape(string name) => name.Contains('%', StringComparison.Ordinal)
        ? name.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal)
        : name;
}
