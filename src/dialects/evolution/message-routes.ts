import type { FastifyInstance } from 'fastify';
import { registerMultipart } from '../../http/multipart.ts';
import type { Messages } from '../../modules/messages/index.ts';
import { plainSends } from './message-bodies.ts';
import { mediaSends } from './message-media-bodies.ts';
import { createSends } from './message-sends.ts';
import type { Routes } from './routes.ts';
import { isRecord } from './values.ts';

/** Of base64 with the rest of its body around it: media has at most 16 MiB. */
const mediaBodyBytesMax = 24 * 1_048_576;

/** All sends. Those with a medium take it by address, as base64, or as the file of a form. */
export async function addMessageRoutes(
  scope: FastifyInstance,
  routes: Routes,
  deps: { messages: Pick<Messages, 'send' | 'get'> },
): Promise<void> {
  const { sendAndTell } = createSends(deps);

  for (const [action, read] of Object.entries(plainSends)) {
    routes.ofNumber(
      'POST',
      `/message/${action}/:instanceName`,
      async (call) => sendAndTell(call, read(call.body, call.number)),
      { status: 201 },
    );
  }

  await scope.register(async (uploads) => {
    // Before it counts as a file that did not come as one.
    uploads.addHook('preValidation', async (request) => {
      if (!request.isMultipart() && isRecord(request.body)) delete request.body.file;
    });
    await registerMultipart(uploads);
    for (const [action, read] of Object.entries(mediaSends)) {
      routes.ofNumber(
        'POST',
        `/message/${action}/:instanceName`,
        async (call) => sendAndTell(call, read(call.body, call.request.upload)),
        { status: 201, bodyLimit: mediaBodyBytesMax, scope: uploads },
      );
    }
  });
}
