using System.Diagnostics;
using Gatehouse.Fuzz;

namespace Gatehouse.Tests.Gateway.Protocol;

/// <summary>A few seconds of each fuzz target, from the same seed every time. Longer by hand: tests/Gatehouse.Fuzz/README.md.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20261125;
    private static readonly TimeSpan _each = TimeSpan.FromSeconds(3);

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(target => target.Name)];

    [Theory, MemberData(nameof(Targets))]
    public void What_must_hold_holds_for_every_seed_and_what_becomes_of_it(string name)
    {
        var target = FuzzTarget.All.Single(each => each.Name == name);
        Assert.NotEmpty(target.Seeds());
        var clock = Stopwatch.StartNew();
        var (held, finding) = FuzzRun.Run(target, Seed, _ => clock.Elapsed > _each);
        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {held} inputs from seed {Seed}");
        Assert.True(finding is null, $"input {held} from seed {Seed}: {finding}");
        Assert.True(held > target.Seeds().Count, "not one mutation was tried");
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs_and_a_finding_is_reported_with_its_input()
    {
        var (first, second) = (Record(7), Record(7));
        Assert.Equal(first, second);
        Assert.NotEqual(first, Record(8));
        var (held, finding) = FuzzRun.Run(new FuzzTarget("header", input => InvariantException.Require(input.Length < 12, "short")), 1, _ => false);
        Assert.True(held > 0 && finding!.Input.Length >= 12);
        Assert.Contains(Convert.ToBase64String(finding!.Input), finding.ToString(), StringComparison.Ordinal);

        static List<string> Record(int seed)
        {
            var inputs = new List<string>();
            FuzzRun.Run(new FuzzTarget("header", input => inputs.Add(Convert.ToBase64String(input))), seed, held => held >= 200);
            return inputs;
        }
    }
}
