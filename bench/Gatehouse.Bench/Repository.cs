namespace Gatehouse.Bench;

/// <summary>The checkout that this was built from.</summary>
internal static class Repository
{
    public static string PathOf(string path) => Path.Combine(Root(), path);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gatehouse.slnx"))) return folder.FullName;
        }

        throw new BenchException("The bench runs from a build inside a checkout: no Gatehouse.slnx above it.");
    }
}
