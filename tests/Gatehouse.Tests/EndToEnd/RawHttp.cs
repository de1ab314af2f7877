using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Tests.EndToEnd;

/// <summary>A connection on which a test writes the bytes itself: what no HTTP library would send.</summary>
internal sealed class RawHttp(TcpClient connection) : IDisposable
{
    public static async Task<RawHttp> ConnectAsync(Uri server, CancellationToken cancellationToken)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(server.Host, server.Port, cancellationToken);
        return new RawHttp(connection);
    }

    public async Task SendAsync(string bytes, CancellationToken cancellationToken) => await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(bytes), cancellationToken);

    /// <summary>Everything that comes until the other side closes the connection.</summary>
    public async Task<string> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await connection.GetStream().ReadAsync(buffer, cancellationToken) is var length and > 0) answer.Write(buffer, 0, length);
        }
        catch (IOException) when (answer.Length > 0)
        {
            // A refusal may be followed by a reset: what we sent more was not read.
            return Encoding.Latin1.GetString(answer.ToArray());
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public void Dispose() => connection.Dispose();
}
