namespace Memento.Cli.Git;

/// <summary>Reads what git writes with <c>-z</c>: fields that end with a zero byte. Memory is bounded, whatever comes.</summary>
internal sealed class NulReader(Stream stream)
{
    /// <summary>Longest field that is kept; the rest of a longer one (a commit message, at most) is dropped.</summary>
    private const int MaxField = 256 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next field without its zero byte, valid until the next call; null at the end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var scanned = 0;
        var dropped = false;
        while (true)
        {
            var zero = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)0);
            if (zero >= 0)
            {
                var field = _buffer.AsMemory(_start, dropped ? MaxField : scanned + zero);
                _start += scanned + zero + 1;
                return field;
            }

            scanned = _end - _start;
            if (scanned > MaxField)
            {
                // The head stays where it is; what follows it is overwritten until the zero byte comes.
                _end = _start + MaxField;
                (scanned, dropped) = (MaxField, true);
            }

            if (_end == _buffer.Length) MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
            {
                if (_start == _end) return null;
                var last = _buffer.AsMemory(_start, _end - _start);
                _start = _end;
                return last;
            }

            _end += read;
        }
    }

    private void MakeRoom()
    {
        var target = _start > 0 ? _buffer : new byte[_buffer.Length * 2];
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_buffer, _end, _start) = (target, _end - _start, 0);
    }
}
