using System.Reflection;
using System.Text.Json;

namespace Gatehouse.Gateway.Protocol;

/// <summary>What the gateway calls itself toward clients and servers: <c>Implementation</c> of the MCP schema.</summary>
internal static class ServerIdentity
{
    public const string Name = "gatehouse";

    public static string Version { get; } = typeof(ServerIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Writes the object's members after the property's name has been written.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, Name);
        json.WriteString("title"u8, "Gatehouse"u8);
        json.WriteString("version"u8, Version);
        json.WriteEndObject();
    }

    /// <summary>The entry of a result's <c>_meta</c> that says who answered (2026-07-28, "server/discover").</summary>
    public static void WriteMeta(Utf8JsonWriter json)
    {
        json.WritePropertyName(MetaKeys.ServerInfo);
        Write(json);
    }
}
