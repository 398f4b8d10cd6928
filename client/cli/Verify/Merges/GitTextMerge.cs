using Memento.Cli.Git;

namespace Memento.Cli.Verify.Merges;

/// <summary>Merges files as text with <c>git merge-file</c>, in a temporary folder.</summary>
internal sealed class GitTextMerge(IImportProgress progress) : IDisposable
{
    private static readonly string[] Names = ["ours", "base", "theirs"];

    private readonly string _folder = Directory.CreateTempSubdirectory("memento-merges-").FullName;

    /// <summary>Merges a file.</summary>
    /// <param name="common">Empty if both sides added the file.</param>
    /// <returns>The merged text; null if the text has conflicts, or git does not merge the file.</returns>
    public async Task<byte[]?> MergeAsync(byte[] common, byte[] ours, byte[] theirs, CancellationToken cancellationToken)
    {
        byte[][] contents = [ours, common, theirs];
        for (var i = 0; i < Names.Length; i++)
            await File.WriteAllBytesAsync(Path.Combine(_folder, Names[i]), contents[i], cancellationToken);
        var (code, merged) = await GitProcess.ReadAsync(_folder, cancellationToken, ["merge-file", "-p", "-q", .. Names]);
        GitProcess.ThrowIfStopped(code, cancellationToken);
        return code == 0 ? merged : null;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            progress.Note($"The temporary folder {_folder} could not be removed: {e.Message}");
        }
    }
}
