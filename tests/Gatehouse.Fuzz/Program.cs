using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Gatehouse.Fuzz;
using SharpFuzz;

// See README.md. Exit codes: 0 all held, 1 a finding, 64 wrong use.
return args switch
{
    ["run", .. var rest] => Run(rest),
    ["afl", var name] when Find(name) is { } target => Afl(target),
    ["replay", var name, var file] when Find(name) is { } target => Replay(target, File.ReadAllBytes(file)),
    _ => Usage(),
};

static int Run(string[] rest)
{
    var seconds = Option(rest, "--seconds", 20);
    var seed = Option(rest, "--seed", RandomNumberGenerator.GetInt32(int.MaxValue));
    var targets = rest.Length % 2 == 1 && Find(rest[0]) is { } only ? [only] : FuzzTarget.All;
    Console.WriteLine($"seed {seed}");
    var findings = 0;
    foreach (var target in targets)
    {
        var clock = Stopwatch.StartNew();
        var (held, finding) = FuzzRun.Run(target, seed, _ => clock.Elapsed.TotalSeconds >= (double)seconds / targets.Count);
        Console.WriteLine($"{target.Name}: {held} inputs held in {clock.Elapsed.TotalSeconds:0.0} s");
        if (finding is null) continue;
        findings++;
        Console.WriteLine(finding);
    }

    return findings == 0 ? 0 : 1;
}

static int Afl(FuzzTarget target)
{
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Check(input.ToArray());
    });
    return 0;
}

static int Replay(FuzzTarget target, byte[] input)
{
    target.Check(input);
    Console.WriteLine("held");
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine($"""
        Usage: Gatehouse.Fuzz run [TARGET] [--seconds N] [--seed N]
               Gatehouse.Fuzz afl TARGET            (as the program that afl-fuzz starts)
               Gatehouse.Fuzz replay TARGET FILE
        Targets: {string.Join(", ", FuzzTarget.All.Select(target => target.Name))}
        """);
    return 64;
}

static FuzzTarget? Find(string name) => FuzzTarget.All.FirstOrDefault(target => target.Name == name);

static int Option(string[] rest, string name, int otherwise) =>
    Array.IndexOf(rest, name) is >= 0 and var at && at + 1 < rest.Length ? int.Parse(rest[at + 1], CultureInfo.InvariantCulture) : otherwise;
