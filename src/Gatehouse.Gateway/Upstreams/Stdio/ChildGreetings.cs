using Gatehouse.Gateway.Protocol;

namespace Gatehouse.Gateway.Upstreams.Stdio;

/// <summary>Puts on the board what a server's children say of themselves, and what becomes of them.</summary>
/// <param name="board">The board.</param>
/// <param name="areHeard">Whether a child that announces changed lists always runs, so that none is missed.</param>
internal sealed class ChildGreetings(StatusBoard board, bool areHeard)
{
    public UpstreamStatus Status => board.Current;

    /// <summary>A child that was asked which era it speaks.</summary>
    public void Up(ChildOpening.Opened opened)
    {
        var known = board.Current;
        board.Up(
            opened.Era == Era.Modern
                ? known with { SpeaksModern = true, DiscoverResult = opened.Welcome.Result, Features = opened.Welcome.Features }
                : known with { SpeaksModern = false, SpeaksLegacy = true, InitializeResult = opened.Welcome.Result, DiscoverResult = default, Features = opened.Welcome.Features },
            opened.Welcome.Identity);
        if (areHeard) board.Learn(status => status with { Announced = status.Features & UpstreamFeatures.ListsChanged });
    }

    public void Down(ChildFailure failure) => board.Down(failure.Failed.Reason, failure.Detail);

    /// <summary>A child of a modern server that was asked to speak the legacy era.</summary>
    public void LegacyUp(ChildOpening.Opened opened) => board.Learn(status => status with { SpeaksLegacy = true, InitializeResult = opened.Welcome.Result });

    public void LegacyDown(ChildFailure failure)
    {
        if (failure.Failed.WrongEra) board.Learn(status => status with { SpeaksLegacy = false });
    }
}
