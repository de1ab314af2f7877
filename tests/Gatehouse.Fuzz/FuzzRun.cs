namespace Gatehouse.Fuzz;

/// <summary>A bounded run in this process: every seed, then mutations of them. The same seed number gives the same inputs.</summary>
internal static class FuzzRun
{
    /// <param name="target">What to feed.</param>
    /// <param name="seed">Where the random numbers begin.</param>
    /// <param name="enough">Asked before each input with the number of those before: whether to stop.</param>
    /// <returns>How many inputs held, and the first that did not.</returns>
    public static (long Held, FuzzFinding? Finding) Run(FuzzTarget target, int seed, Predicate<long> enough)
    {
        var seeds = target.Seeds();
        var mutation = new Mutation(seed, seeds, FuzzDictionary.Read());
        for (var held = 0L; ; held++)
        {
            if (held >= seeds.Count && enough(held)) return (held, null);
            var input = held < seeds.Count ? seeds[(int)held] : mutation.Next();
            try
            {
                target.Check(input);
            }
            catch (Exception broken)
            {
                return (held, new FuzzFinding(input, broken));
            }
        }
    }
}

/// <param name="Input">The bytes.</param>
/// <param name="Broken">What they led to.</param>
internal sealed record FuzzFinding(byte[] Input, Exception Broken)
{
    /// <summary>The input in a form to copy into a test, and what happened.</summary>
    public override string ToString() =>
        $"{Broken}{Environment.NewLine}Input: {System.Text.Json.JsonSerializer.Serialize(System.Text.Encoding.UTF8.GetString(Input))}{Environment.NewLine}Base64: {Convert.ToBase64String(Input)}";
}
