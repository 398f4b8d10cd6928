using System.Globalization;
using System.Numerics;
using System.Text;
using CsCheck;

namespace Memento.Tests.Core.Workspaces;

/// <summary>A JSON value as what it means, and no more: numbers are digits and an exponent, objects have no order.</summary>
internal abstract record Meant
{
    public sealed record Literal(string Word) : Meant;

    public sealed record Number(BigInteger Digits, int Exponent) : Meant
    {
        public bool IsSame(Number other)
        {
            var least = Math.Min(Exponent, other.Exponent);
            return Digits * BigInteger.Pow(10, Exponent - least) == other.Digits * BigInteger.Pow(10, other.Exponent - least);
        }
    }

    public sealed record Text(string Value) : Meant;

    public sealed record Elements(Meant[] Values) : Meant;

    public sealed record Members(Dictionary<string, Meant> Values) : Meant;

    public bool Means(Meant other) => (this, other) switch
    {
        (Literal a, Literal b) => a.Word == b.Word,
        (Number a, Number b) => a.IsSame(b),
        (Text a, Text b) => a.Value == b.Value,
        (Elements a, Elements b) => a.Values.Length == b.Values.Length && a.Values.Zip(b.Values).All(pair => pair.First.Means(pair.Second)),
        (Members a, Members b) => a.Values.Count == b.Values.Count && a.Values.All(member => b.Values.TryGetValue(member.Key, out var value) && member.Value.Means(value)),
        _ => false,
    };
}

/// <summary>Random JSON values, and random ways to write one.</summary>
internal static class JsonGen
{
    /// <summary>Few enough that equal values come up, and each of a kind that the order or the escapes treat on their own.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(Gen.OneOf("", "a", "b", "ab", "é", "\uE000", "\uFFFD", "🦀", "\n", "\0", "\u001f", "\"", "\\", "\\n", "/", "~", "\u007f", "a\nb", "a\tb", "a\u0001"), Gen.Int[0, 60].Select(i => $"n{i}"));

    private static readonly Gen<Meant> Number = Gen.Select(Gen.OneOf(Gen.Int[-30, 30], Gen.Int), Gen.Frequency((5, Gen.Int[-3, 3]), (1, Gen.Int[-120, 120])), Meant (digits, exponent) => new Meant.Number(digits, exponent));

    private static readonly Gen<Meant> Leaf = Gen.OneOf(Gen.OneOf("null", "true", "false").Select(Meant (text) => new Meant.Literal(text)), Number, Text.Select(Meant (text) => new Meant.Text(text)));

    public static readonly Gen<Meant> Value = OfDepth(3);

    public static readonly Gen<Meant> Object = Members(OfDepth(2), 40);

    private static Gen<Meant> OfDepth(int depth) => depth == 0 ? Leaf : Gen.Frequency(
        (2, Leaf),
        (1, OfDepth(depth - 1).Array[0, 4].Select(Meant (values) => new Meant.Elements(values))),
        (1, Members(OfDepth(depth - 1), 5)));

    private static Gen<Meant> Members(Gen<Meant> value, int most) =>
        Gen.Select(Text, value).Array[0, most].Select(Meant (members) => new Meant.Members(members.DistinctBy(member => member.Item1).ToDictionary(member => member.Item1, member => member.Item2)));

    /// <summary>One of the many texts of a value.</summary>
    public static string Write(Meant value, Random random)
    {
        var text = new StringBuilder();
        Write(value, random, text);
        return text.ToString();
    }

    private static void Write(Meant value, Random random, StringBuilder text)
    {
        Space(random, text);
        switch (value)
        {
            case Meant.Literal literal: text.Append(literal.Word); break;
            case Meant.Number number: text.Append(Spell(number, random)); break;
            case Meant.Text plain: Quote(plain.Value, random, text); break;
            case Meant.Elements elements:
                text.Append('[');
                for (var i = 0; i < elements.Values.Length; i++)
                {
                    if (i > 0) text.Append(',');
                    Write(elements.Values[i], random, text);
                }

                text.Append(']');
                break;
            case Meant.Members members:
                text.Append('{');
                var first = true;
                foreach (var (name, member) in members.Values.OrderBy(_ => random.Next()))
                {
                    if (!first) text.Append(',');
                    first = false;
                    Space(random, text);
                    Quote(name, random, text);
                    Space(random, text);
                    text.Append(':');
                    Write(member, random, text);
                }

                text.Append('}');
                break;
        }

        Space(random, text);
    }

    private static void Space(Random random, StringBuilder text) => text.Append(random.Next(6) switch { 0 => " ", 1 => "\n\t", 2 => "\r\n", _ => "" });

    private static string Spell(Meant.Number number, Random random)
    {
        var moved = random.Next(4) * random.Next(4);   // zeros put behind the digits, and taken back by the exponent
        var (digits, exponent) = ((BigInteger.Abs(number.Digits) * BigInteger.Pow(10, moved)).ToString(CultureInfo.InvariantCulture), number.Exponent - moved);
        var sign = number.Digits < 0 || number.Digits.IsZero && random.Next(2) == 0 ? "-" : "";
        var point = random.Next(digits.Length);
        if (point > 0)
        {
            exponent += digits.Length - point;
            digits = $"{digits[..point]}.{digits[point..]}";
        }

        if (digits.Contains('.', StringComparison.Ordinal) && random.Next(2) == 0) digits += "000";
        return exponent == 0 && random.Next(2) == 0 ? sign + digits : $"{sign}{digits}{"eE"[random.Next(2)]}{(exponent >= 0 && random.Next(2) == 0 ? "+" : "")}{exponent}";
    }

    private static void Quote(string value, Random random, StringBuilder text)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            var form = random.Next(3);
            var letter = unit switch { '"' => "\\\"", '\\' => "\\\\", '/' => "\\/", '\b' => "\\b", '\t' => "\\t", '\n' => "\\n", '\f' => "\\f", '\r' => "\\r", _ => null };
            if (form == 0 && letter is not null) text.Append(letter);
            else if (form == 1 && unit >= ' ' && unit is not ('"' or '\\') && !char.IsSurrogate(unit)) text.Append(unit);
            else text.Append(CultureInfo.InvariantCulture, $"\\u{(random.Next(2) == 0 ? ((int)unit).ToString("x4", CultureInfo.InvariantCulture) : ((int)unit).ToString("X4", CultureInfo.InvariantCulture))}");
        }

        text.Append('"');
    }
}
