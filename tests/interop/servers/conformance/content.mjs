// Tools that answer by themselves: each kind of content, logging, progress, errors, schemas, headers.
import { setTimeout as pause } from 'node:timers/promises';
import { fromJsonSchema } from '@modelcontextprotocol/server';

export const text = value => ({ content: [{ type: 'text', text: value }] });

/** One red pixel. */
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

/** A WAVE file without samples. */
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

/** What revisions 2020-12 and SEP-2106 of JSON Schema allow, and a gateway must not touch. */
const richSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

export function addContent(server) {
  const tool = (name, description, answer) => server.registerTool(name, { description }, answer);

  tool('test_simple_text', 'Returns a text.', () => text('This is a simple text response for testing.'));
  tool('test_image_content', 'Returns an image.', () => ({ content: [{ type: 'image', data: png, mimeType: 'image/png' }] }));
  tool('test_audio_content', 'Returns a sound.', () => ({ content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }] }));
  tool('test_embedded_resource', 'Returns a resource.', () => ({
    content: [{ type: 'resource', resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'This is an embedded resource content.' } }],
  }));
  tool('test_multiple_content_types', 'Returns a text, an image and a resource.', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: png, mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"test":"data","value":123}' } },
    ],
  }));
  tool('test_error_handling', 'Fails.', () => { throw new Error('This tool intentionally returns an error for testing'); });

  tool('test_tool_with_logging', 'Logs three times.', async ({ mcpReq }) => {
    await mcpReq.log('info', 'Tool execution started');
    await pause(50);
    await mcpReq.log('info', 'Tool processing data');
    await pause(50);
    await mcpReq.log('info', 'Tool execution completed');
    return text('Logged three times.');
  });
  tool('test_logging_tool', 'Logs once, to those who want it.', async ({ mcpReq }) => {
    await mcpReq.log('info', 'For those who asked for logs');
    return text('Logged once.');
  });
  tool('test_tool_with_progress', 'Tells its progress three times.', async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progress > 0) await pause(50);
      if (progressToken !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    }
    return text('Told three times.');
  });
  tool('test_reconnection', 'Closes its stream before it answers.', async ({ http }) => {
    http?.closeSSE?.();
    await pause(100);
    return text('Answered after the stream was closed.');
  });

  server.registerTool('json_schema_2020_12_tool', { description: 'Tool with JSON Schema 2020-12 features', inputSchema: fromJsonSchema(richSchema) }, args => text(JSON.stringify(args)));
  server.registerTool('test_header_parameter', {
    description: 'Its region travels in a header too.',
    inputSchema: fromJsonSchema({ type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } }, required: ['region'] }),
  }, ({ region }) => text(region));
}
