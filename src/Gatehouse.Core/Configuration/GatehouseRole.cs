namespace Gatehouse.Core.Configuration;

/// <summary>Which half this process serves.</summary>
public enum GatehouseRole
{
    All,
    Proxy,
    OAuth,
}
