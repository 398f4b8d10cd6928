using System.Globalization;
using System.Text;

namespace Merging.Json;

/// <summary>Writes strings in the form of RFC 8785: only quotation marks, backslashes and control characters are escaped.</summary>
internal static class JsonStrings
{
    public static JsonPart Write(ReadOnlySpan<byte> utf8)
    {
        var json = new List<byte>(utf8.Length + 2) { (byte)'"' };
        foreach (var c in utf8)
        {
            switch (c)
            {
                case (byte)'"' or (byte)'\\': json.AddRange([(byte)'\\', c]); break;
                case (byte)'\n': json.AddRange("\\n"u8); break;
                case (byte)'\r': json.AddRange("\\r"u8); break;
                case (byte)'\t': json.AddRange("\\t"u8); break;
                case (byte)'\b': json.AddRange("\\b"u8); break;
                case (byte)'\f': json.AddRange("\\f"u8); break;
                case < 0x20: json.AddRange(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"))); break;
                default: json.Add(c); break;
            }
        }

        json.Add((byte)'"');
        return new(json.ToArray());
    }
}
