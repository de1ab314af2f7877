import { completable } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { png } from './content.mjs';

const user = content => ({ role: 'user', content });
const says = text => user({ type: 'text', text });

export function addPrompts(server) {
  server.registerPrompt('test_simple_prompt', { description: 'A text.' }, () => ({ messages: [says('This is a simple prompt for testing.')] }));

  server.registerPrompt('test_prompt_with_arguments', {
    description: 'A text with two arguments in it.',
    argsSchema: z.object({
      arg1: completable(z.string().describe('First test argument'), value => ['paris', 'park', 'party'].filter(word => word.startsWith(value))),
      arg2: z.string().describe('Second test argument'),
    }),
  }, ({ arg1, arg2 }) => ({ messages: [says(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }));

  server.registerPrompt('test_prompt_with_embedded_resource', {
    description: 'A resource and a text.',
    argsSchema: z.object({ resourceUri: z.string().describe('URI of the resource to embed') }),
  }, ({ resourceUri }) => ({
    messages: [
      user({ type: 'resource', resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' } }),
      says('Please process the embedded resource above.'),
    ],
  }));

  server.registerPrompt('test_prompt_with_image', { description: 'An image and a text.' }, () => ({
    messages: [user({ type: 'image', data: png, mimeType: 'image/png' }), says('Please analyze the image above.')],
  }));
}
