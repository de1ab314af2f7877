namespace Gatehouse.App.Hosting;

/// <summary>Whether the process answers; tells nothing else. Load balancers probe it under the machine's own address.</summary>
internal static class Health
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints) => endpoints
        .MapMethods("/health", [HttpMethods.Get, HttpMethods.Head], () => TypedResults.Text("ok\n"))
        .WithMetadata(new AnyHost());
}
