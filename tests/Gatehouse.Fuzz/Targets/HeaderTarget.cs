using System.Text;
using Gatehouse.Gateway.Protocol;
using static Gatehouse.Fuzz.InvariantException;

namespace Gatehouse.Fuzz.Targets;

/// <summary>A name survives the way through a header, and is never more than one header.</summary>
internal static class HeaderTarget
{
    public static void Check(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        var header = HeaderText.Encode(text);
        Require(header.All(character => character is >= ' ' and <= '~'), "a header is printable ASCII");
        Equal(text, HeaderText.Decode(header), "a name there and back");
        Equal(text, HeaderText.Decode($" \t{header} \t"), "white space around a header is no part of it");

        // Whatever else comes as a header is read without a fault.
        HeaderText.Decode(Encoding.Latin1.GetString(input));
    }
}
