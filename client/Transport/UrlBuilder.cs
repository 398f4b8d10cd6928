using System.Globalization;
using System.Text;

namespace Memento.Transport;

/// <summary>Puts a path and its query together, with everything escaped.</summary>
internal sealed class UrlBuilder(string path)
{
    private readonly StringBuilder _url = new(path);
    private char _separator = '?';

    public UrlBuilder Add(string name, string? value)
    {
        if (value is null) return this;
        _url.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
        _separator = '&';
        return this;
    }

    public UrlBuilder Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public UrlBuilder Add(string name, DateTimeOffset? value) => Add(name, value?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    public UrlBuilder Add<T>(string name, T? value) where T : struct, Enum => Add(name, value is { } v ? NamedEnumConverter<T>.NameOf(v) : null);

    public override string ToString() => _url.ToString();
}
