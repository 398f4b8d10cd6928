namespace Merging.Json;

/// <summary>Compares canonical JSON numbers exactly, however many digits they have.</summary>
internal static class NumberOrder
{
    /// <summary>Returns less than 0, 0, or more than 0, as the left number is less than, equal to, or greater than the right one.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var (x, y) = (new Parsed(left), new Parsed(right));
        if (x.Sign != y.Sign) return x.Sign.CompareTo(y.Sign);
        if (x.Sign == 0) return 0;
        var size = x.Exponent != y.Exponent ? x.Exponent.CompareTo(y.Exponent) : x.Digits.AsSpan().SequenceCompareTo(y.Digits);
        return x.Sign * size;
    }

    /// <summary>A number as 0.ddd × 10^<see cref="Exponent"/>, without leading and trailing zeros.</summary>
    private readonly struct Parsed
    {
        public readonly int Sign;
        public readonly long Exponent;
        public readonly byte[] Digits;

        public Parsed(ReadOnlySpan<byte> number)
        {
            var negative = number[0] == '-';
            if (negative) number = number[1..];
            var power = number.IndexOfAny((byte)'e', (byte)'E');
            var mantissa = power < 0 ? number : number[..power];
            var exponent = power < 0 ? 0 : long.Parse(number[(power + 1)..], System.Globalization.NumberStyles.AllowLeadingSign, null);
            var point = mantissa.IndexOf((byte)'.');
            var digits = new List<byte>(mantissa.Length);
            foreach (var c in mantissa)
                if (c != '.') digits.Add(c);
            var zeros = digits.TakeWhile(d => d == '0').Count();
            Exponent = exponent + (point < 0 ? mantissa.Length : point) - zeros;
            Digits = [.. digits.Skip(zeros).Reverse().SkipWhile(d => d == '0').Reverse()];
            Sign = Digits.Length == 0 ? 0 : negative ? -1 : 1;
        }
    }
}
