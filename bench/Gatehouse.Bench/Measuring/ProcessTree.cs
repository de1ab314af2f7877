using System.Globalization;

namespace Gatehouse.Bench.Measuring;

/// <summary>What a process and all its descendants have used, as Linux counts it (proc(5)).</summary>
internal static class ProcessTree
{
    /// <summary>The kernel reports to programs in hundredths of a second (USER_HZ), whatever its own clock does.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of the tree, children that have ended included.</summary>
    public static TimeSpan Cpu(int root) => TimeSpan.FromSeconds(Members(root).Sum(process => process.Ticks) / TicksPerSecond);

    /// <summary>Resident memory of the tree (VmRSS).</summary>
    public static long ResidentBytes(int root) => Members(root).Sum(process => ResidentBytesOf(process.Id));

    private static List<ProcessStat> Members(int root)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? ProcessStat.Read(id) : null)
            .OfType<ProcessStat>()
            .ToLookup(process => process.ParentId);
        var members = new List<ProcessStat> { ProcessStat.Read(root) ?? throw new BenchException($"Process {root} is gone.") };
        for (var i = 0; i < members.Count; i++) members.AddRange(children[members[i].Id]);
        return members;
    }

    private static long ResidentBytesOf(int id)
    {
        const string Key = "VmRSS:";
        var line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        return line is null ? 0 : 1024 * long.Parse(line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }

    private sealed record ProcessStat(int Id, int ParentId, long Ticks)
    {
        /// <summary>Null if the process is gone: they come and go while one reads.</summary>
        public static ProcessStat? Read(int id)
        {
            try
            {
                var text = File.ReadAllText($"/proc/{id}/stat");
                // The name stands in parentheses and may hold anything, so count from its end. Fields 14 to 17 of proc(5).
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return new(id, Parse(fields[1]), Parse(fields[11]) + (long)Parse(fields[12]) + Parse(fields[13]) + Parse(fields[14]));
            }
            catch (IOException)
            {
                return null;
            }
        }

        private static int Parse(string field) => int.Parse(field, CultureInfo.InvariantCulture);
    }
}
