import { ResourceTemplate } from '@modelcontextprotocol/server';
import { png } from './content.mjs';

export function addResources(server) {
  const fixed = (name, uri, mimeType, description, content) =>
    server.registerResource(name, uri, { description, mimeType }, () => ({ contents: [{ uri, mimeType, ...content }] }));

  fixed('static-text', 'test://static-text', 'text/plain', 'A text.', { text: 'This is the content of the static text resource.' });
  fixed('static-binary', 'test://static-binary', 'image/png', 'An image.', { blob: png });
  fixed('watched-resource', 'test://watched-resource', 'text/plain', 'Can be watched.', { text: 'Watched.' });

  server.registerResource('template', new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data for an id.', mimeType: 'application/json' },
    (uri, { id }) => ({ contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }] }));

  // Requests of the legacy era; the modern one has subscriptions/listen.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
