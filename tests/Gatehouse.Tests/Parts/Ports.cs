using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Tests.Parts;

/// <summary>Ports for what must know its address before it listens: a public URL, a database.</summary>
internal static class Ports
{
    /// <summary>A port that is free on both loopback addresses: <c>localhost</c> means either.</summary>
    public static int Free()
    {
        while (true)
        {
            using var four = new TcpListener(IPAddress.Loopback, 0);
            four.Start();
            var port = ((IPEndPoint)four.LocalEndpoint).Port;
            try
            {
                using var six = new TcpListener(IPAddress.IPv6Loopback, port);
                six.Start();
                return port;
            }
            catch (SocketException failure) when (failure.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                // Taken on ::1 alone: try another.
            }
            catch (SocketException failure) when (failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                return port; // A machine without IPv6.
            }
        }
    }
}
