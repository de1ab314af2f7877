using Gatehouse.Core.Configuration;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>What a child is and how long it is kept.</summary>
/// <param name="Settings">The program.</param>
/// <param name="LegacyOnly">Whether it must speak the legacy era; else it is asked which one it speaks.</param>
/// <param name="LongestLine">A message of more bytes is noise.</param>
/// <param name="Conversation">Whose it is.</param>
internal sealed record ChildTerms(ServerSettings Settings, bool LegacyOnly, long LongestLine, IConversation Conversation)
{
    /// <summary>How long it may be idle before it is ended; null: once wanted, it is kept up.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>Where it has to find a place before it is started; null: it has one.</summary>
    public ChildPlaces? Places { get; init; }
}
