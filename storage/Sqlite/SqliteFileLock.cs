namespace Memento.Storage;

/// <summary>Keeps a second process away from a data folder. The operating system lets go of it when the process ends, however it ends.</summary>
internal sealed class SqliteFileLock : IDisposable
{
    private const int ReadOnlyFileSystem = 30;   // EROFS on Linux and macOS; .NET has no exception of its own for it

    private readonly FileStream _file;

    private SqliteFileLock(FileStream file) => _file = file;

    /// <summary>Makes the folder if needed and locks it. Throws <c>DATABASE_NOT_READY</c> if that is not possible.</summary>
    public static SqliteFileLock Take(string folder)
    {
        var path = Path.Combine(folder, "memento.lock");
        try
        {
            Directory.CreateDirectory(folder);
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem })
        {
            throw StoreErrors.NotReady($"the data folder {folder} cannot be written (Memento:DataDirectory)", e);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw StoreErrors.NotReady($"another process uses the data folder {folder}; one embedded store has one process (Memento:DataDirectory)", e);
        }
        catch (IOException e)
        {
            throw StoreErrors.NotReady($"the data folder {folder} cannot be used: {e.Message} (Memento:DataDirectory)", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
