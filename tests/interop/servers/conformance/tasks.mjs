// The tasks extension (io.modelcontextprotocol/tasks, SEP-2663), which the library leaves to its users.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { acceptedContent, fromJsonSchema, inputRequired, MissingRequiredClientCapabilityError, ProtocolError } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { text } from './content.mjs';

export const tasksExtension = 'io.modelcontextprotocol/tasks';

/** Every task there is: a task outlives the request, and over HTTP the server object, that began it. */
const tasks = new Map();

const ask = (message, name) => inputRequired.elicit({ message, requestedSchema: { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] } });

/** What a tool does in a task; its answer, or what it throws, ends the task. */
const jobs = {
  slow_compute: async ({ seconds }, task) => { await pause(seconds * 1000, undefined, { signal: task.cancelled.signal }); return text(`Computed for ${seconds} s.`); },
  failing_job: async (_, task) => { await pause(1000, undefined, { signal: task.cancelled.signal }); return { ...text('The job failed, as asked.'), isError: true }; },
  protocol_error_job: async () => { throw new ProtocolError(-32603, 'The job broke, as asked.'); },
  confirm_delete: async ({ filename }, task) => {
    const { confirm } = await task.ask({ confirm: ask(`Delete ${filename}?`, 'confirm') });
    return text(`${confirm.action}: ${filename}`);
  },
  multi_input: async (_, task) => {
    const answers = await task.ask({ first: ask('The first?', 'name'), second: ask('The second?', 'name') });
    return text(`${JSON.stringify(answers.first.content)} ${JSON.stringify(answers.second.content)}`);
  },
  test_tool_with_task: async ({ name }) => text(`Done for ${name}.`),
};

/** Those that also work without a task. The others are refused to clients that know no tasks. */
const alsoWithout = new Set(['slow_compute']);

class Task {
  cancelled = new AbortController();
  #facts = { taskId: randomUUID(), status: 'working', createdAt: new Date().toISOString(), lastUpdatedAt: new Date().toISOString(), ttlMs: 300_000, pollIntervalMs: 100 };
  #pending = {};
  #answers = {};
  #answered;

  static begin(job, args) {
    const task = new Task();
    tasks.set(task.#facts.taskId, task);
    task.#run(job, args);
    return task;
  }

  get facts() {
    const waiting = Object.keys(this.#pending).length > 0;
    return { ...this.#facts, ...waiting && { status: 'input_required', inputRequests: { ...this.#pending } } };
  }

  ask(inputRequests) {
    this.#pending = { ...inputRequests };
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.cancelled.signal.addEventListener('abort', () => reject(this.cancelled.signal.reason), { once: true });
    });
  }

  answer(inputResponses) {
    for (const [key, response] of Object.entries(inputResponses ?? {})) {
      if (!(key in this.#pending)) continue;
      delete this.#pending[key];
      this.#answers[key] = response;
    }
    if (Object.keys(this.#pending).length === 0) this.#answered?.(this.#answers);
  }

  cancel() {
    if (this.#facts.status !== 'working') return;
    this.#end({ status: 'cancelled' });
    this.cancelled.abort();
  }

  async #run(job, args) {
    try {
      const result = await job(args, this);
      this.#end({ status: 'completed', result });
    } catch (failure) {
      this.#end({ status: 'failed', error: { code: failure.code ?? -32603, message: failure.message } });
    }
  }

  #end(ending) {
    if (this.#facts.status !== 'working') return;
    this.#pending = {};
    Object.assign(this.#facts, ending);
    this.#facts.lastUpdatedAt = new Date().toISOString();
  }
}

export function addTasks(server) {
  server.registerTool('greet', { description: 'Greets.', inputSchema: z.object({ name: z.string() }) }, ({ name }) => text(`Hello, ${name}!`));
  const schemas = {
    slow_compute: { properties: { seconds: { type: 'number' } }, required: ['seconds'] },
    confirm_delete: { properties: { filename: { type: 'string' } } },
  };
  for (const name of Object.keys(jobs)) {
    server.registerTool(name, { description: 'Runs as a task.', inputSchema: fromJsonSchema({ type: 'object', ...schemas[name] }) },
      (args, { mcpReq: { signal } }) => jobs[name](args, { cancelled: { signal } }));
  }

  // The library makes a tool's answer a CallToolResult, which a task is not: so it is made before the library sees the call.
  const handlers = server.server._requestHandlers;
  const call = handlers.get('tools/call');
  handlers.set('tools/call', async (request, context) => await taskOf(request.params, context) ?? call(request, context));

  const onTask = (method, answer) => server.server.setRequestHandler(method, { params: z.looseObject({ taskId: z.string() }) }, (params, context) => {
    if (!knowsTasks(context)) throw missingTasks();
    const task = tasks.get(params.taskId);
    if (!task) throw new ProtocolError(-32602, `There is no task ${params.taskId}`);
    return answer(task, params, context);
  });
  onTask('tasks/get', task => task.facts);
  onTask('tasks/update', (task, params, { mcpReq }) => { task.answer(mcpReq.inputResponses ?? params.inputResponses); return {}; });
  onTask('tasks/cancel', task => { task.cancel(); return {}; });
}

/** The result that says that a task has begun, or nothing if the call is to be answered without. */
async function taskOf({ name, arguments: args = {} }, context) {
  if (!(name in jobs)) return null;
  if (!knowsTasks(context)) {
    if (alsoWithout.has(name)) return null;
    throw missingTasks();
  }

  if (name === 'test_tool_with_task') {
    const answer = acceptedContent(context.mcpReq.inputResponses, 'user_name');
    if (!answer) return inputRequired({ inputRequests: { user_name: ask('What is your name?', 'name') } });
    args = answer;
  }

  const task = Task.begin(jobs[name], args);
  return { resultType: 'task', ...task.facts };
}

const knowsTasks = ({ mcpReq }) => tasksExtension in (mcpReq.envelope?.['io.modelcontextprotocol/clientCapabilities']?.extensions ?? {});

const missingTasks = () => new MissingRequiredClientCapabilityError({ requiredCapabilities: { extensions: { [tasksExtension]: {} } } });
