import fastify from 'fastify';
import { Pool } from 'undici';
import { jobFromParent, tellParent } from './child.ts';

/** The least that can stand between a caller and a backend: no database, no check but that the token is known. */
type Job = { backend: string; apiKey: string; instances: [token: string, instance: string][] };
type SendBody = { token: string; number: string; text: string };

const job = await jobFromParent<Job>();
const instances = new Map(job.instances);
const backend = new Pool(job.backend, { connections: 256 });
const app = fastify();

app.post<{ Body: SendBody }>('/api/messages/send-text', async (request, reply) => {
  const { token, number, text } = request.body;
  const instance = instances.get(token);
  if (instance === undefined) return reply.code(404).send({ success: false, error: 'Phone number not found.' });
  const answer = await backend.request({
    method: 'POST',
    path: `/message/sendText/${instance}`,
    headers: { apikey: job.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ number, text }),
  });
  const sent = (await answer.body.json()) as { key: { id: string; remoteJid: string } };
  if (answer.statusCode !== 201) return reply.code(502).send({ success: false, error: 'The backend refused.' });
  return { success: true, message_id: sent.key.id, status: 'sent', whatsapp_id: sent.key.id, to: sent.key.remoteJid };
});

const url = await app.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
tellParent({ port: Number(new URL(url).port) });
