using Gatehouse.Storage.KeyRing;

namespace Gatehouse.Tests.Storage;

/// <summary>Two processes that make the key file at once would otherwise each encrypt with a key of their own.</summary>
public sealed class NewFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gatehouse-new-file-").FullName;

    [Fact]
    public void Of_many_at_once_the_first_stays()
    {
        for (var round = 0; round < 50; round++)
        {
            var name = Path.Combine(_folder, $"key{round}");
            var drafts = Enumerable.Range(0, 4).Select(i => $"{name}.{i}").ToList();
            foreach (var draft in drafts) File.WriteAllText(draft, draft);
            var seen = new string[drafts.Count];
            Parallel.For(0, drafts.Count, i =>
            {
                NewFile.Publish(drafts[i], name);
                seen[i] = File.ReadAllText(name);
            });
            Assert.All(seen, content => Assert.Equal(File.ReadAllText(name), content));
        }
    }

    [Fact]
    public void What_cannot_be_made_is_said()
    {
        var draft = Path.Combine(_folder, "draft");
        File.WriteAllText(draft, "");
        Assert.Throws<IOException>(() => NewFile.Publish(draft, Path.Combine(_folder, "no", "such", "folder")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
