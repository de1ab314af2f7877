using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Tests.App;

/// <summary>A folder that goes when the test is over, with the files that the test wrote.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gatehouse-app-").FullName;

    /// <summary>Writes a file.</summary>
    /// <returns>Its absolute path.</returns>
    public string Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Writes a configuration for development on a port.</summary>
    public string WriteConfiguration(int port, string more = "") =>
        Write("gatehouse.json", string.Create(CultureInfo.InvariantCulture, $$"""{ "publicUrl": "http://127.0.0.1:{{port}}", "listen": ["http://127.0.0.1:{{port}}"], "identity": { "provider": "development" }{{more}} }"""));

    /// <summary>A port of 127.0.0.1 that nobody has at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
