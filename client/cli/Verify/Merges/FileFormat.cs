using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Memento.Cli.Verify.Merges;

/// <summary>Formats of files that can be read as JSON.</summary>
internal enum FileFormat
{
    Json = 0,
    Yaml,
    Toml,
}

/// <summary>Tells the format of a file from its name.</summary>
internal static partial class FileFormats
{
    private static readonly FrozenDictionary<string, FileFormat> ByExtension = new Dictionary<string, FileFormat>
    {
        [".json"] = FileFormat.Json, [".jsonc"] = FileFormat.Json, [".jsonld"] = FileFormat.Json, [".json5"] = FileFormat.Json,
        [".geojson"] = FileFormat.Json, [".topojson"] = FileFormat.Json, [".ipynb"] = FileFormat.Json, [".webmanifest"] = FileFormat.Json,
        [".arb"] = FileFormat.Json, [".avsc"] = FileFormat.Json,
        [".code-workspace"] = FileFormat.Json, [".code-snippets"] = FileFormat.Json,
        [".yml"] = FileFormat.Yaml, [".yaml"] = FileFormat.Yaml, [".cff"] = FileFormat.Yaml,
        [".toml"] = FileFormat.Toml,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, FileFormat> ByName = new Dictionary<string, FileFormat>
    {
        [".babelrc"] = FileFormat.Json, [".bowerrc"] = FileFormat.Json, [".jscsrc"] = FileFormat.Json, [".jshintrc"] = FileFormat.Json,
        [".eslintrc"] = FileFormat.Json, [".prettierrc"] = FileFormat.Json,
        [".stylelintrc"] = FileFormat.Json, [".swcrc"] = FileFormat.Json,
        ["composer.lock"] = FileFormat.Json, ["flake.lock"] = FileFormat.Json, ["Pipfile.lock"] = FileFormat.Json,
        ["pubspec.lock"] = FileFormat.Yaml, ["Podfile.lock"] = FileFormat.Yaml, [".clang-format"] = FileFormat.Yaml,
        ["Cargo.lock"] = FileFormat.Toml, ["Gopkg.lock"] = FileFormat.Toml, ["Pipfile"] = FileFormat.Toml, ["pdm.lock"] = FileFormat.Toml,
        ["poetry.lock"] = FileFormat.Toml, ["uv.lock"] = FileFormat.Toml,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The format of a file; null if its name does not tell one.</summary>
    /// <param name="path">The path as <see cref="Git.EntityNames.OfPath"/> writes it: a name that is not UTF-8 ends with a hash.</param>
    public static FileFormat? Of(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        name = HashOfName().Replace(name, "");
        if (ByName.TryGetValue(name, out var known)) return known;
        return ByExtension.TryGetValue(Path.GetExtension(name), out var format) ? format : null;
    }

    [GeneratedRegex("~[0-9a-f]{16}$")]
    private static partial Regex HashOfName();
}
