using CsCheck;
using Gatehouse.Fuzz.Oracles;
using Gatehouse.Fuzz.Targets;
using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Tests.Gateway.Protocol;

/// <summary>What the gateway decides on is what others will read, and what it does not mean to change it does not change.</summary>
public sealed class TransparencyProperties
{
    private const int Many = 5_000;

    [Fact]
    public void The_scanner_reads_what_a_tree_reads_and_refuses_what_can_be_read_in_two_ways() => RandomWire.Message.Sample(ScannerTarget.Check, iter: Many);

    [Fact]
    public void Nor_does_one_wrong_byte_make_it_read_anything_else() => RandomWire.Broken.Sample(ScannerTarget.Check, iter: Many);

    [Fact]
    public void An_upstream_gets_what_came_but_for_a_name_an_argument_an_id() => RandomWire.Message.Sample(SpliceTarget.Check, iter: Many);

    [Fact]
    public void A_servers_message_is_read_as_its_tree_or_not_at_all() => RandomWire.Message.Sample(ServerMessageTarget.Check, iter: Many);

    [Fact]
    public void Items_of_a_list_stay_as_they_are_but_for_their_names() => RandomWire.Page.Sample(ListPageTarget.Check, iter: Many);

    [Fact]
    public void A_stream_is_the_same_stream_however_it_is_cut() => RandomWire.Stream.Sample(EventStreamTarget.Check, iter: Many);

    [Fact]
    public void A_name_survives_its_header() => Gen.String.Where(text => text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar))
        .Sample(text => HeaderTarget.Check(System.Text.Encoding.UTF8.GetBytes(text)), iter: Many);

    /// <summary>Properties about nothing hold always: enough of what is made must be messages, lists, and streams.</summary>
    [Fact]
    public void Enough_of_the_random_input_is_right()
    {
        Assert.InRange(Share(RandomWire.Message, message => EnvelopeScanner.TryScan(message, out _, out _)), 0.1, 0.9);
        Assert.InRange(Share(RandomWire.Message, message => EnvelopeScanner.TryScan(message, out var envelope, out _) && envelope.Name is not null), 0.01, 0.9);
        Assert.InRange(Share(RandomWire.Message, message => EnvelopeScanner.TryScan(message, out var envelope, out _) && envelope.Arguments is not null), 0.01, 0.9);
        Assert.InRange(Share(RandomWire.Page, page => ListPage.Read(page, ListKind.Tools) is { Items.Count: > 0 }), 0.05, 0.9);
        Assert.InRange(Share(RandomWire.Stream, stream => IsAnswered(Chunks.Of(stream).Whole)), 0.02, 0.9);
    }

    private static double Share(Gen<byte[]> inputs, Predicate<byte[]> holds)
    {
        // So many that chance does not decide.
        const int Sampled = 100_000;
        var holding = 0;
        inputs.Sample(input => Interlocked.Add(ref holding, holds(input) ? 1 : 0), iter: Sampled);
        return holding / (double)Sampled;
    }

    private static bool IsAnswered(byte[] stream)
    {
        var watch = new EventStreamWatch();
        watch.Feed(stream);
        return watch.IsAnswered;
    }
}
