using System.Buffers;
using System.Text;

namespace Memento.Rollback;

/// <summary>A member's name in canonical JSON, as RFC 8785 (section 3.2.2.2) writes text: short escapes where there are some, <c>\u00xx</c> for other control characters, everything else as it is.</summary>
internal static class CanonicalName
{
    public static void Write(IBufferWriter<byte> to, string name)
    {
        var text = new StringBuilder(name.Length + 2).Append('"');
        foreach (var c in name)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append("\\u00").Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => text.Append(c),
            };
        to.Write(Encoding.UTF8.GetBytes(text.Append('"').ToString()));
    }
}
