// The legacy era over HTTP: a server per session, with streams that can be resumed by Last-Event-ID.
import { randomUUID } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';

export function legacySessions(createServer) {
  const sessions = new Map();
  return async request => {
    const id = request.headers.get('mcp-session-id');
    if (id === null) return begin(sessions, createServer, request);
    const session = sessions.get(id);
    return session ? session.handleRequest(request) : Response.json({ jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }, { status: 404 });
  };
}

async function begin(sessions, createServer, request) {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: id => { sessions.set(id, transport); },
    onsessionclosed: id => { sessions.delete(id); },
    eventStore: new Events(),
    retryInterval: 500,
  });
  await createServer().connect(transport);
  return transport.handleRequest(request);
}

/** A session's events; their ids count up, so those after one are those that a broken stream has missed. */
class Events {
  #events = [];

  async storeEvent(streamId, message) {
    this.#events.push({ streamId, message });
    return String(this.#events.length);
  }

  async getStreamIdForEventId(id) {
    return this.#events[Number(id) - 1]?.streamId;
  }

  async replayEventsAfter(id, { send }) {
    const streamId = await this.getStreamIdForEventId(id);
    for (let next = Number(id) + 1; next <= this.#events.length; next++) {
      const event = this.#events[next - 1];
      if (event.streamId === streamId && event.message.jsonrpc) await send(String(next), event.message);
    }
    return streamId;
  }
}
