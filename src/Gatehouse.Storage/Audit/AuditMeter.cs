namespace Gatehouse.Storage.Audit;

internal static class AuditMeter
{
    public const string Name = "Gatehouse.Audit";
}
