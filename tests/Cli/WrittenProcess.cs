using System.Diagnostics;
using System.Globalization;
using Memento.Tests.Grains.Tasks;

namespace Memento.Tests.Cli;

/// <summary>A process whose id a shell writes to a file. Killed at the end, if it is still there.</summary>
internal sealed class WrittenProcess : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"memento-{Guid.NewGuid():N}");

    public bool IsAlive
    {
        get
        {
            try
            {
                return File.Exists(_file) && !File.ReadAllText($"/proc/{Id}/stat").Contains(") Z ", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;   // it has gone just now
            }
        }
    }

    private int Id => int.Parse(File.ReadAllText(_file), CultureInfo.InvariantCulture);

    /// <summary>Shell commands that write an id.</summary>
    public string Write(string id) => $"echo {id} > {_file}.part; mv {_file}.part {_file}";

    public Task UntilWrittenAsync() => TaskRig.UntilAsync(() => Task.FromResult(File.Exists(_file)));

    public Task UntilGoneAsync() => TaskRig.UntilAsync(() => Task.FromResult(!IsAlive));

    /// <summary>Kills it. Answers whether it was there.</summary>
    public bool End()
    {
        if (!IsAlive) return false;
        using var process = Process.GetProcessById(Id);
        process.Kill();
        File.Delete(_file);
        return true;
    }

    public void Dispose()
    {
        End();
        File.Delete(_file);
    }
}
