namespace Gatehouse.Core.Configuration;

/// <summary>What came of reading a configuration: settings, or every fault at once.</summary>
/// <param name="Settings">Null if there is any fault.</param>
/// <param name="Faults">What must be mended.</param>
/// <param name="Warnings">What is legal and probably not meant.</param>
public sealed record ConfigurationResult(
    GatehouseSettings? Settings,
    IReadOnlyList<ConfigurationFault> Faults,
    IReadOnlyList<ConfigurationFault> Warnings);
