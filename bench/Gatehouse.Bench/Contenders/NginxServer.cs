using System.Diagnostics;
using System.Globalization;

namespace Gatehouse.Bench.Contenders;

/// <summary>nginx as a plain reverse proxy with connections kept alive on both sides, if the machine has it.</summary>
internal static class NginxServer
{
    private static readonly string[] _places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];

    /// <summary>What to say where it is missing.</summary>
    public const string Advice = "nginx is not on this machine, so it has no row; the Debian package nginx-light brings it.";

    public static string? Program => _places.FirstOrDefault(File.Exists);

    public static async Task<ChildProcess> StartAsync(string program, string folder, int port, int upstreamPort, CancellationToken cancellationToken)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, "nginx")).FullName;
        var user = Environment.IsPrivilegedProcess ? "user root;" : "";
        var configuration = Path.Combine(home, "nginx.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            {{user}}
            worker_processes auto;
            pid {{home}}/nginx.pid;
            error_log {{home}}/error.log;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path {{home}}; proxy_temp_path {{home}}; fastcgi_temp_path {{home}}; uwsgi_temp_path {{home}}; scgi_temp_path {{home}};
              client_max_body_size 4m;
              client_body_buffer_size 512k;
              keepalive_requests 1000000000;
              upstream mcp { server 127.0.0.1:{{upstreamPort}}; keepalive 128; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:{{port}};
                location / { proxy_pass http://mcp; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 32 16k; proxy_buffer_size 16k; }
              }
            }
            """), cancellationToken);
        return ChildProcess.Start("nginx", folder, program, "-c", configuration, "-p", home, "-g", "daemon off;");
    }

    public static async Task<string> VersionAsync(string program, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, ["-v"]) { RedirectStandardError = true })!;
        return (await process.StandardError.ReadToEndAsync(cancellationToken)).Trim().Split('/')[^1];
    }
}
