// A client for the conformance suite's client scenarios, on a library that we did not write: the suite names the scenario,
// and appends the URL of its mock server.
//
//   GATEWAY_DOOR=URL    posts the mock server's URL there, and gets the URL and the access token to use in its place
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_PROTOCOL_VERSION: version, MCP_CONFORMANCE_CONTEXT: context, GATEWAY_DOOR: door } = process.env;

const scenarios = {
  "initialize": (client) => client.listTools(),
  "tools_call": async (client) => {
    await client.listTools();
    await client.callTool({ name: "add_numbers", arguments: { a: 5, b: 3 } });
  },
  "sse-retry": async (client) => {
    await client.listTools();
    await client.callTool({ name: "test_reconnection", arguments: {} });
  },
  "request-metadata": (client) => client.listTools(),
  "http-standard-headers": async (client) => {
    for (const { name } of (await client.listTools()).tools) await client.callTool({ name, arguments: {} });
    for (const { uri } of (await client.listResources()).resources) await client.readResource({ uri });
    for (const { name } of (await client.listPrompts()).prompts) await client.getPrompt({ name, arguments: {} });
  },
  "http-custom-headers": async (client) => {
    await client.listTools();
    for (const call of JSON.parse(context).toolCalls) await client.callTool(call);
  },
  "http-invalid-tool-headers": async (client) => {
    for (const { name, inputSchema } of (await client.listTools()).tools) {
      await client.callTool({ name, arguments: Object.fromEntries((inputSchema.required ?? []).map((key) => [key, "x"])) });
    }
  },
  "sep-2322-client-request-state": async (client) => {
    await client.listTools();
    await Promise.all(["test_mrtr_echo_state", "test_mrtr_no_state", "test_mrtr_unrelated"].map((name) => client.callTool({ name, arguments: {} })));
    await client.callTool({ name: "test_mrtr_no_result_type", arguments: {} });
  },
  "json-schema-2020-12-preservation": async (client) => {
    const { tools } = await client.listTools();
    const schema = tools.find((tool) => tool.name === "json_schema_2020_12_tool").inputSchema;
    const echo = tools.find((tool) => tool.name !== "json_schema_2020_12_tool").name;
    await client.callTool({ name: echo, arguments: { schema } });
  },
  "json-schema-ref-no-deref": (client) => client.listTools(),
};

const mock = process.argv[2];
const way = door ? await (await fetch(door, { method: "POST", body: mock })).json() : { url: mock };
const client = new Client({ name: "conformance-client", version: "1.0.0" }, {
  capabilities: { elicitation: {}, sampling: {}, roots: {} },
  versionNegotiation: { mode: version === "2026-07-28" ? { pin: version } : "legacy" },
});
client.setRequestHandler("elicitation/create", () => ({ action: "accept", content: { confirmed: true } }));
const headers = way.accessToken ? { authorization: `Bearer ${way.accessToken}` } : {};
await client.connect(new StreamableHTTPClientTransport(new URL(way.url), { requestInit: { headers } }));
await scenarios[scenario](client);
await client.close();
