namespace Memento.Samples.Fleet;

/// <summary>The files of a folder that can be indexed: those with text, in folders that hold sources rather than what was made of them.</summary>
/// <param name="Tasks">By path.</param>
/// <param name="Unreadable">Paths of files that could not be read.</param>
/// <param name="Others">How many were left out because there were enough.</param>
internal sealed record TextFiles(IReadOnlyList<IndexTask> Tasks, IReadOnlyList<string> Unreadable, int Others)
{
    private const long MostBytes = 1024 * 1024;
    private const int Sample = 8 * 1024;

    private static readonly string[] Made = ["bin", "obj", "artifacts", "node_modules"];

    public static TextFiles In(string folder, int most)
    {
        var (tasks, unreadable, others) = (new List<IndexTask>(), new List<string>(), 0);
        foreach (var path in Paths(folder, unreadable).Order(StringComparer.Ordinal))
        {
            var task = new IndexTask(Path.GetRelativePath(folder, path).Replace('\\', '/'), path);
            if (!IsText(task, unreadable) || Workspaces.DocumentNames.Problem(task.Path) is not null) continue;
            if (tasks.Count < most) tasks.Add(task);
            else others++;
        }

        return new(tasks, unreadable, others);
    }

    /// <summary>Files of some length, which devices and pipes do not have, that are not hidden and no links, which could lead in circles.</summary>
    private static IEnumerable<string> Paths(string folder, List<string> unreadable)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable.Add(folder);
            return [];
        }

        return entries.Where(e => !e.Name.StartsWith('.') && e.LinkTarget is null).SelectMany(e => e switch
        {
            FileInfo { Length: > 0 and <= MostBytes } => [e.FullName],
            DirectoryInfo when !Made.Contains(e.Name) => Paths(e.FullName, unreadable),
            _ => Enumerable.Empty<string>(),
        });
    }

    private static bool IsText(IndexTask task, List<string> unreadable)
    {
        try
        {
            using var file = File.OpenRead(task.FullName);
            var bytes = new byte[Sample];
            return !bytes.AsSpan(0, file.ReadAtLeast(bytes, Sample, throwOnEndOfStream: false)).Contains((byte)0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unreadable.Add(task.Path);
            return false;
        }
    }
}
