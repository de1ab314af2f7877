using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Gatehouse.Gateway.Downstream.Aggregate;

/// <summary>
/// Ids of tasks on aggregates: they say which server has the task and belong to one user, and are encrypted and authenticated with
/// the key ring that every process shares. So nothing has to be remembered, and nobody can make one up or use another's.
/// </summary>
internal sealed class TaskIds(IDataProtectionProvider protection)
{
    /// <summary>Longer ids are not looked at.</summary>
    private const int MaxLength = 4096;

    private const string Purpose = "Gatehouse.Gateway.Tasks.v1";

    /// <param name="subject">The user.</param>
    /// <param name="server">The server's configured name, which holds no line break.</param>
    /// <param name="taskId">The id that the server gave.</param>
    public string Seal(string subject, string server, string taskId) =>
        Base64Url.EncodeToString(protection.CreateProtector(Purpose, subject).Protect(Encoding.UTF8.GetBytes($"{server}\n{taskId}")));

    /// <returns>Null for an id that is not ours, or not this user's.</returns>
    public (string Server, string TaskId)? Open(string subject, string taskId)
    {
        if (taskId.Length > MaxLength || !Base64Url.IsValid(taskId)) return null;
        try
        {
            var opened = Encoding.UTF8.GetString(protection.CreateProtector(Purpose, subject).Unprotect(Base64Url.DecodeFromChars(taskId)));
            var end = opened.IndexOf('\n', StringComparison.Ordinal);
            return (opened[..end], opened[(end + 1)..]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
