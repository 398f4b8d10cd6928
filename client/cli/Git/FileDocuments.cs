using System.Collections.Frozen;
using Memento.Workspaces;
using Merging.Text;

namespace Memento.Cli.Git;

/// <summary>Maps a file of a repository to a document.</summary>
internal static class FileDocuments
{
    /// <summary>Media type of a symbolic link; the content is the path that it names.</summary>
    public const string LinkType = "inode/symlink";

    private const string Text = "text/plain";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".c"] = "text/x-c", [".cc"] = "text/x-c", [".cpp"] = "text/x-c", [".h"] = "text/x-c", [".hpp"] = "text/x-c",
        [".css"] = "text/css", [".csv"] = "text/csv", [".htm"] = "text/html", [".html"] = "text/html",
        [".js"] = "text/javascript", [".mjs"] = "text/javascript", [".md"] = "text/markdown",
        [".json"] = "application/json", [".xml"] = "application/xml", [".yaml"] = "application/yaml", [".yml"] = "application/yaml",
        [".gif"] = "image/gif", [".ico"] = "image/vnd.microsoft.icon", [".jpeg"] = "image/jpeg", [".jpg"] = "image/jpeg", [".png"] = "image/png", [".svg"] = "image/svg+xml", [".webp"] = "image/webp",
        [".gz"] = "application/gzip", [".pdf"] = "application/pdf", [".wasm"] = "application/wasm", [".zip"] = "application/zip",
        [".ttf"] = "font/ttf", [".woff"] = "font/woff", [".woff2"] = "font/woff2",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static DocumentKey KeyOf(ReadOnlySpan<byte> path) => new(DocumentKind.File, EntityNames.OfPath(path));

    /// <summary>
    /// The content, byte for byte, under a media type that its name tells; without one it is text if git takes it for text.
    /// </summary>
    public static DocumentValue ValueOf(DocumentKey key, int mode, byte[] content) => DocumentValue.Bytes(content, TypeOf(key.Id, mode, content));

    private static string TypeOf(string id, int mode, byte[] content) =>
        mode == TreeChange.LinkMode ? LinkType
        : Types.TryGetValue(Path.GetExtension(id), out var type) ? type
        : TextMerge.IsBinary(content) ? DocumentValue.UnknownType : Text;
}
