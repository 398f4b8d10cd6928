using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace Memento.Cli.Verify.Merges;

/// <summary>Plain scalars by the core schema of YAML 1.2.</summary>
internal static partial class YamlScalars
{
    /// <summary>JSON of a plain scalar; null for a string. Infinity and not-a-number, which JSON lacks, stay strings.</summary>
    public static string? Json(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => "null",
        "true" or "True" or "TRUE" => "true",
        "false" or "False" or "FALSE" => "false",
        _ when Octal().IsMatch(plain) => OfOctal(plain[2..]),
        _ when Hexadecimal().IsMatch(plain) => OfHexadecimal(plain[2..]),
        _ when Decimal().Match(plain) is { Success: true } number => OfDecimal(number),
        _ => null,
    };

    private static string OfHexadecimal(string digits) =>
        BigInteger.Parse("0" + digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    private static string OfOctal(string digits)
    {
        var value = BigInteger.Zero;
        foreach (var digit in digits) value = value * 8 + (digit - '0');
        return value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>JSON writes no plus before a number, no zeros, and a digit on both sides of the point.</summary>
    private static string OfDecimal(Match number)
    {
        var whole = number.Groups["whole"].Value.TrimStart('0');
        var fraction = number.Groups["fraction"].Value;
        var exponent = number.Groups["exponent"].Value;
        var json = new StringBuilder(number.Groups["sign"].Value == "-" ? "-" : "").Append(whole.Length > 0 ? whole : "0");
        if (fraction.Length > 0) json.Append('.').Append(fraction);
        if (exponent.Length > 0) json.Append('e').Append(exponent);
        return json.ToString();
    }

    [GeneratedRegex(@"\A0o[0-7]{1,200}\z")]
    private static partial Regex Octal();

    [GeneratedRegex(@"\A0x[0-9a-fA-F]{1,200}\z")]
    private static partial Regex Hexadecimal();

    // An exponent of more than five digits is beyond any number that is meant as one: such texts are hashes.
    [GeneratedRegex(
        @"\A(?<sign>[-+]?)"
        + @"(?:(?<whole>[0-9]+)(?:\.(?<fraction>[0-9]*))?|\.(?<fraction>[0-9]+))"
        + @"(?:[eE](?<exponent>[-+]?[0-9]{1,5}))?\z")]
    private static partial Regex Decimal();
}
