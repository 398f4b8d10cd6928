using System.Collections.Immutable;
using System.Text.Json;

namespace Memento.Cli.Verify.Merges;

/// <summary>Reasons why a file cannot be read as JSON.</summary>
internal enum FileProblem
{
    /// <summary>The file is not well-formed in its format, or not UTF-8.</summary>
    Malformed = 0,
    /// <summary>The nesting is deeper than canonical JSON allows.</summary>
    TooDeep,
    /// <summary>Canonical JSON refuses the value: a name twice in one object, half a surrogate pair, or a number out of bounds.</summary>
    Refused,
}

/// <summary>A file cannot be read as JSON. Readers of formats throw this; <see cref="FileReader"/> makes a value of it.</summary>
internal sealed class UnreadableFileException(FileProblem problem, string message) : Exception(message)
{
    public FileProblem Problem => problem;
}

/// <summary>A file as JSON, or the reason why there is none.</summary>
/// <param name="Documents">Canonical JSON of each document in the file. Only a YAML file may have none, or several.</param>
/// <param name="Problem">Null if the file could be read.</param>
/// <param name="Detail">A sentence about the problem.</param>
internal sealed record FileReading(ImmutableArray<byte[]> Documents, FileProblem? Problem = null, string? Detail = null)
{
    /// <summary>
    /// Returns the JSON values of files that belong together: the documents themselves, or arrays if any file does not have exactly one.
    /// </summary>
    public static ImmutableArray<byte[]?> Values(params ReadOnlySpan<FileReading?> files)
    {
        var isSingle = true;
        foreach (var file in files) isSingle &= file is null || file.Documents.Length == 1;
        var values = ImmutableArray.CreateBuilder<byte[]?>(files.Length);
        foreach (var file in files) values.Add(file is null ? null : isSingle ? file.Documents[0] : ArrayOf(file.Documents));
        return values.MoveToImmutable();
    }

    private static byte[] ArrayOf(ImmutableArray<byte[]> documents)
    {
        using var json = new MemoryStream();
        json.WriteByte((byte)'[');
        for (var i = 0; i < documents.Length; i++)
        {
            if (i > 0) json.WriteByte((byte)',');
            json.Write(documents[i]);
        }

        json.WriteByte((byte)']');
        return json.ToArray();
    }
}

/// <summary>Reads files of all formats as canonical JSON.</summary>
internal static class FileReader
{
    public static FileReading Read(FileFormat format, byte[] content)
    {
        try
        {
            IEnumerable<byte[]> documents = format switch
            {
                FileFormat.Json => [LenientJson.Read(content)],
                FileFormat.Yaml => YamlJson.Read(content),
                _ => [TomlJson.Read(content)],
            };
            return new([.. documents.Select(document => CanonicalJson.Of(document))]);
        }
        catch (UnreadableFileException e)
        {
            return new([], e.Problem, e.Message);
        }
        catch (MementoException e)
        {
            var isMalformed = e.Refusal.Kind is RefusalKind.Malformed;
            return new([], isMalformed ? FileProblem.Malformed : FileProblem.Refused, e.Message);
        }
        catch (Exception e) when (e is JsonException or YamlDotNet.Core.YamlException or Tomlyn.TomlException or ArgumentException)
        {
            return new([], FileProblem.Malformed, e.Message);   // ArgumentException: bytes that are not UTF-8
        }
    }
}
