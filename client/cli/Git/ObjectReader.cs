using System.Globalization;
using System.Text;

namespace Memento.Cli.Git;

/// <summary>Reads objects of a repository, one after the other, from one <c>git cat-file --batch</c>. Not for several threads.</summary>
internal sealed class ObjectReader(string folder) : IAsyncDisposable
{
    private const int MaxHeader = 256;

    private readonly GitProcess _git = GitProcess.Start(folder, "cat-file", "--batch");
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    /// <summary>Reads an object. Its content is null if it is longer than <paramref name="maxBytes"/>; the answer is null if it is not there.</summary>
    public async Task<(long Size, byte[]? Content)?> FindAsync(ObjectId id, long maxBytes, CancellationToken cancellationToken)
    {
        await using var stop = cancellationToken.UnsafeRegister(static git => ((GitProcess)git!).Kill(), _git);
        try
        {
            await _git.Input.WriteAsync(Encoding.ASCII.GetBytes($"{id}\n"), cancellationToken);
            await _git.Input.FlushAsync(cancellationToken);
            // <hash> <type> <size>, or <hash> missing
            var header = (await HeaderAsync(cancellationToken)).Split(' ');
            if (header is [_, "missing"]) return null;
            if (header.Length != 3 || !long.TryParse(header[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                throw new InvalidDataException($"git wrote something unexpected: {string.Join(' ', header)}");

            var content = size <= maxBytes ? new byte[size] : null;
            await TakeAsync(size, content, cancellationToken);
            await TakeAsync(1, null, cancellationToken);
            return (size, content);
        }
        catch (IOException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Reads an object that must be there. A partial clone may not have it.</summary>
    public async Task<(long Size, byte[]? Content)> ReadAsync(ObjectId id, long maxBytes, CancellationToken cancellationToken) =>
        await FindAsync(id, maxBytes, cancellationToken) ?? throw new CommandException($"The repository does not have the object {id}; is it a partial clone?");

    public ValueTask DisposeAsync() => _git.DisposeAsync();

    private async ValueTask<string> HeaderAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end) await FillAsync(cancellationToken);
            var next = _buffer[_start++];
            if (next == '\n') return line.ToString();
            if (line.Append((char)next).Length > MaxHeader) throw new InvalidDataException("git wrote something unexpected.");
        }
    }

    private async ValueTask TakeAsync(long count, byte[]? into, CancellationToken cancellationToken)
    {
        for (long taken = 0; taken < count;)
        {
            if (_start == _end) await FillAsync(cancellationToken);
            var some = (int)Math.Min(_end - _start, count - taken);
            if (into is not null) _buffer.AsSpan(_start, some).CopyTo(into.AsSpan((int)taken));
            _start += some;
            taken += some;
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var read = await _git.Output.ReadAsync(_buffer, cancellationToken);
        if (read == 0)
        {
            await _git.FinishAsync(cancellationToken);
            throw new InvalidDataException("git stopped in the middle of an object.");
        }

        (_start, _end) = (0, read);
    }
}
