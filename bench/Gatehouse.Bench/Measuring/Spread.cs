namespace Gatehouse.Bench.Measuring;

/// <summary>What several rounds say of one number.</summary>
internal readonly record struct Spread(double Median, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new(median, sorted[0], sorted[^1]);
    }

    /// <summary>Round by round: neighbours in time suffer the same disturbances, so their ratio is steadier than either.</summary>
    public static Spread OfRatios(IEnumerable<double> values, IEnumerable<double> yardstick) =>
        Of(values.Zip(yardstick, (value, one) => value / one));
}
