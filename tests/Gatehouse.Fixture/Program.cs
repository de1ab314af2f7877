// What the MCP conformance suites expect of a server under test, on the C# SDK, over Streamable HTTP in both eras:
//
//   Gatehouse.Fixture http://127.0.0.1:PORT       serves /mcp there, and says "listening on URL" on stdout
using Gatehouse.Fixture;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(args[0]);
builder.Logging.ClearProviders();

// Against DNS rebinding, which the SDK leaves to its users.
builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";
builder.Services.AddHostFiltering(_ => { });
builder.Services.AddDistributedMemoryCache();
builder.Services
    .AddMcpServer(options => options.ServerInfo = new Implementation { Name = "gatehouse-fixture-csharp", Version = "1.0.0" })
    .WithHttpTransport(options => options.SessionMode = HttpServerSessionMode.StatefulForInitializeClients)
    .WithDistributedCacheEventStreamStore(_ => { })
    .WithTools<ContentTools>()
    .WithTools<AskingTools>()
    .WithTools<InputTools>()
    .WithTools([RichSchema.Tool])
    .WithPrompts<Prompts>()
    .WithResources<Resources>()
    .WithCompleteHandler((_, _) => ValueTask.FromResult(new CompleteResult { Completion = new Completion { Values = ["paris", "park", "party"], Total = 3, HasMore = false } }))
    .WithSubscribeToResourcesHandler((_, _) => ValueTask.FromResult(new EmptyResult()))
    .WithUnsubscribeFromResourcesHandler((_, _) => ValueTask.FromResult(new EmptyResult()))
    .WithSetLoggingLevelHandler((_, _) => ValueTask.FromResult(new EmptyResult()));

var app = builder.Build();
app.UseHostFiltering();
app.MapMcp("/mcp");
await app.StartAsync();
Console.WriteLine($"listening on {app.Urls.First()}/mcp");
await app.WaitForShutdownAsync();
