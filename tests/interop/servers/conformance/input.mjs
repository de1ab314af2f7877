// Tools and a prompt that ask the client for something: elicitation, sampling, roots. Modern clients get an
// "input_required" result; for legacy ones the library turns it into requests of its own.
import { randomBytes } from 'node:crypto';
import { acceptedContent, createRequestStateCodec, fromJsonSchema, inputRequired } from '@modelcontextprotocol/server';
import { text } from './content.mjs';

export const requestState = createRequestStateCodec({ key: randomBytes(32) });

const form = (message, properties, required = Object.keys(properties)) =>
  inputRequired.elicit({ message, requestedSchema: { type: 'object', properties, required } });

const sample = (prompt, maxTokens) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens });

const askName = () => form('What is your name?', { name: { type: 'string' } });

export function addInput(server) {
  const tool = (name, description, answer) => server.registerTool(name, { description }, answer);

  addAsking(server);
  tool('test_missing_capability', 'Needs sampling.', ({ mcpReq: { inputResponses } }) =>
    inputResponses?.words ? text('sampled') : inputRequired({ inputRequests: { words: sample('Say something', 10) } }));
  tool('test_streaming_elicitation', 'Asks for a name.', answerWithName);
  tool('test_input_required_result_elicitation', 'Asks for a name.', answerWithName);

  tool('test_input_required_result_sampling', 'Asks for a capital.', ({ mcpReq: { inputResponses } }) => {
    const answer = inputResponses?.capital_question;
    return answer?.content ? text(answer.content.text) : inputRequired({ inputRequests: { capital_question: sample('What is the capital of France?', 100) } });
  });

  tool('test_input_required_result_list_roots', 'Asks for roots.', ({ mcpReq: { inputResponses } }) => {
    const roots = inputResponses?.client_roots?.roots;
    return roots ? text(`Roots: ${roots.map(root => root.uri).join(', ')}`) : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });

  const confirming = async context => {
    const { inputResponses, requestState: state } = context.mcpReq;
    if (inputResponses?.confirm && state()?.asked === 'confirm') return text('state-ok');
    return inputRequired({
      inputRequests: { confirm: form('Please confirm', { ok: { type: 'boolean' } }) },
      requestState: await requestState.mint({ asked: 'confirm' }, context),
    });
  };
  tool('test_input_required_result_request_state', 'Checks its own state.', confirming);
  tool('test_input_required_result_tampered_state', 'Refuses a state that is not its own.', confirming);

  tool('test_input_required_result_multiple_inputs', 'Asks three things at once.', async context => {
    const answers = context.mcpReq.inputResponses ?? {};
    if (answers.user_name && answers.greeting && answers.client_roots && context.mcpReq.requestState()) return text('Got all three.');
    return inputRequired({
      inputRequests: { user_name: askName(), greeting: sample('Generate a greeting', 50), client_roots: inputRequired.listRoots() },
      requestState: await requestState.mint({ asked: 'three' }, context),
    });
  });

  tool('test_input_required_result_multi_round', 'Asks twice.', async context => {
    const answers = context.mcpReq.inputResponses;
    const state = context.mcpReq.requestState();
    if (state?.step === 2 && answers?.step2) return text(`${state.name} likes ${acceptedContent(answers, 'step2')?.color}.`);
    if (state?.step === 1 && answers?.step1) {
      return inputRequired({
        inputRequests: { step2: form('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
        requestState: await requestState.mint({ step: 2, name: acceptedContent(answers, 'step1')?.name }, context),
      });
    }
    return inputRequired({
      inputRequests: { step1: form('Step 1: What is your name?', { name: { type: 'string' } }) },
      requestState: await requestState.mint({ step: 1 }, context),
    });
  });

  tool('test_input_required_result_capabilities', 'Asks only what the client can answer.', ({ mcpReq: { inputResponses, envelope } }) => {
    if (inputResponses) return text('answered');
    const can = envelope?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
    const inputRequests = {
      ...can.elicitation && { user_name: askName() },
      ...can.sampling && { greeting: sample('Generate a greeting', 50) },
      ...can.roots && { client_roots: inputRequired.listRoots() },
    };
    return Object.keys(inputRequests).length > 0 ? inputRequired({ inputRequests }) : text('The client can answer nothing.');
  });

  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks for its context.' }, ({ mcpReq: { inputResponses } }) => {
    const answer = acceptedContent(inputResponses, 'user_context');
    return answer
      ? { messages: [{ role: 'user', content: { type: 'text', text: `In the context of ${answer.context}.` } }] }
      : inputRequired({ inputRequests: { user_context: form('What context should the prompt use?', { context: { type: 'string' } }) } });
  });
}

function answerWithName({ mcpReq: { inputResponses } }) {
  const answer = acceptedContent(inputResponses, 'user_name');
  return typeof answer?.name === 'string' ? text(`Hello, ${answer.name}!`) : inputRequired({ inputRequests: { user_name: askName() } });
}

/** The tools that legacy suites ask to send elicitation and sampling requests. */
function addAsking(server) {
  const asking = (name, description, inputSchema, request, answer) => server.registerTool(
    name,
    { description, ...inputSchema && { inputSchema: fromJsonSchema(inputSchema) } },
    inputSchema
      ? (args, { mcpReq: { inputResponses } }) => inputResponses?.asked ? answer(inputResponses.asked) : inputRequired({ inputRequests: { asked: request(args) } })
      : ({ mcpReq: { inputResponses } }) => inputResponses?.asked ? answer(inputResponses.asked) : inputRequired({ inputRequests: { asked: request() } }));
  const completed = ({ action, content }) => text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);

  asking('test_sampling', 'Asks the model.', { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    ({ prompt }) => sample(prompt, 100), ({ content }) => text(`LLM response: ${content.text}`));

  asking('test_elicitation', 'Asks the user.', { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
    ({ message }) => form(message, {
      username: { type: 'string', description: "User's response" },
      email: { type: 'string', description: "User's email address" },
    }),
    ({ action, content }) => text(`User response: action=${action}, content=${JSON.stringify(content)}`));

  asking('test_elicitation_sep1034_defaults', 'Asks with a default for each type.', null, () => form('Please complete the form', {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  }, []), completed);

  const titled = (...pairs) => pairs.map(([value, title]) => ({ const: value, title }));
  asking('test_elicitation_sep1330_enums', 'Asks with each kind of enumeration.', null, () => form('Please choose', {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled(['value1', 'First Option'], ['value2', 'Second Option'], ['value3', 'Third Option']) },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled(['value1', 'First Choice'], ['value2', 'Second Choice'], ['value3', 'Third Choice']) } },
  }, []), completed);
}
