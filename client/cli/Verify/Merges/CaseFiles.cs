using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Memento.Cli.Verify.Merges;

/// <summary>Writes the versions of notable files into a folder: <c>repository/number/base.json</c>, and so on.</summary>
internal sealed class CaseFiles(string folder)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalJson.MaxDepth + 2 };

    private static readonly JsonWriterOptions Writing = new()
    {
        Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = CanonicalJson.MaxDepth + 2,
    };

    /// <summary>Refuses a folder that has cases of the repository from an earlier run.</summary>
    public void Begin(string repository)
    {
        var path = Path.Combine(folder, repository);
        if (Directory.Exists(path))
        {
            var message = $"The folder {path} exists from an earlier run. Remove it, or name another folder with --cases";
            throw new CommandException(message, ExitCode.WrongUsage);
        }

        Directory.CreateDirectory(path);
    }

    public void Write(string repository, int number, FileDetail detail, MergedFile file)
    {
        var path = Path.Combine(folder, repository, number.ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path);
        foreach (var (name, json) in file.Sides.All) WriteJson(Path.Combine(path, name + ".json"), json);
        WriteJson(Path.Combine(path, "merged.json"), file.Merged);
        if (file.GitMerged is not null) WriteJson(Path.Combine(path, "git.json"), file.GitMerged);
        File.WriteAllText(Path.Combine(path, "detail.json"), JsonSerializer.Serialize(detail, CaseJson.Default.FileDetail));
    }

    private static void WriteJson(string path, byte[] json)
    {
        using var document = JsonDocument.Parse(json, Reading);
        using var file = File.Create(path);
        using var writer = new Utf8JsonWriter(file, Writing);
        document.WriteTo(writer);
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(FileDetail))]
internal sealed partial class CaseJson : System.Text.Json.Serialization.JsonSerializerContext;
