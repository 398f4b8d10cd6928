using System.Globalization;
using System.Text;
using Memento.Workspaces;

namespace Memento.Cli.Git;

/// <summary>One file that differs between two trees.</summary>
/// <param name="Key">The document that stands for it.</param>
/// <param name="OldMode">What it was, as git's file mode; 0 = it was not there.</param>
/// <param name="NewMode">What it is; 0 = it is not there.</param>
/// <param name="Blob">Its content now.</param>
/// <param name="OldBlob">Its content before; null = it was not there.</param>
internal readonly record struct TreeChange(DocumentKey Key, int OldMode, int NewMode, ObjectId Blob, ObjectId? OldBlob = null)
{
    public const int LinkMode = 0xA000, SubmoduleMode = 0xE000;   // 0120000 and 0160000

    public bool IsSubmodule => NewMode == SubmoduleMode;

    /// <summary>Reads <c>&lt;mode&gt; &lt;mode&gt; &lt;hash&gt; &lt;hash&gt; &lt;status&gt;</c>, what git's raw format has after the colon.</summary>
    public static TreeChange OfRaw(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> path)
    {
        var fields = Encoding.ASCII.GetString(raw).Split(' ');
        if (fields.Length < 5) throw new InvalidDataException($"git wrote something unexpected: {Encoding.UTF8.GetString(raw)}");
        var old = Mode(fields[0]);
        return new(FileDocuments.KeyOf(path), old, Mode(fields[1]), Hash(fields[3]), old == 0 ? null : Hash(fields[2]));
    }

    /// <summary>Reads <c>&lt;mode&gt; &lt;type&gt; &lt;hash&gt;\t&lt;path&gt;</c>, what git lists of a tree.</summary>
    public static TreeChange OfListed(ReadOnlySpan<byte> line)
    {
        var tab = line.IndexOf((byte)'\t');
        var fields = tab < 0 ? [] : Encoding.ASCII.GetString(line[..tab]).Split(' ');
        if (fields.Length != 3) throw new InvalidDataException($"git wrote something unexpected: {Encoding.UTF8.GetString(line)}");
        return new(FileDocuments.KeyOf(line[(tab + 1)..]), 0, Mode(fields[0]), ObjectId.Parse(Encoding.ASCII.GetBytes(fields[2])));
    }

    private static ObjectId Hash(string hex) => ObjectId.TryParse(hex, out var id) ? id : throw new InvalidDataException($"git answered something that is not a hash: {hex}");

    private static int Mode(string octal)
    {
        var mode = 0;
        foreach (var digit in octal) mode = mode * 8 + int.Parse([digit], CultureInfo.InvariantCulture);
        return mode;
    }
}
