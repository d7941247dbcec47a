import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Ids } from '../platform/ids.ts';

/** The files of the console, and how far they are. */
export type ConsoleFiles = {
  /** Where they are built to: index.html and assets/. */
  folder: string;
  state(): { kind: 'ready' } | { kind: 'building' } | { kind: 'missing'; why: string };
};

// One page is many files, and none of them asks the database for anything.
const config = { auth: 'none', record: false, rateLimit: false } as const;
const nonceMark = '__CSP_NONCE__';
/** Pages of earlier texts, and where their readers go now. */
const formerPages = { '/dashboard': '/console/', '/whatsapp-connect': '/console/numbers' } as const;

/** Serves the console below /console/. While it is being built, a page there says so and comes again by itself. */
export async function registerConsole(
  app: FastifyInstance,
  { files, ids }: { files: ConsoleFiles; ids: Pick<Ids, 'bytes'> },
): Promise<void> {
  await app.register(fastifyStatic, {
    root: files.folder,
    serve: false,
    cacheControl: false,
    // The folder may not be there yet.
    suppressExists: true,
  } as Parameters<typeof fastifyStatic>[1]);

  for (const [path, to] of Object.entries(formerPages)) {
    app.get(path, { config, schema: { hide: true } }, (_request, reply) => reply.redirect(to));
  }
  app.get('/console', { config, schema: { hide: true } }, (_request, reply) => reply.redirect('/console/'));

  app.get('/console/*', { config, schema: { hide: true } }, async (request, reply) => {
    const state = files.state();
    if (state.kind !== 'ready') return sendProgress(reply, state);
    const { '*': path } = request.params as { '*': string };
    if (path.startsWith('assets/')) {
      reply.header('cache-control', 'public, max-age=31536000, immutable');
      return reply.sendFile(path);
    }
    if (/^[\w-]+\.(?:svg|png|ico|webmanifest)$/.test(path)) {
      reply.header('cache-control', 'public, max-age=3600');
      return reply.sendFile(path);
    }
    return sendPage(reply);
  });

  // Each path of the console is the same page, which finds its way by itself.
  async function sendPage(reply: FastifyReply): Promise<FastifyReply> {
    const nonce = ids.bytes(16).toString('base64');
    const page = await readFile(join(files.folder, 'index.html'), 'utf8');
    return reply
      .header('content-security-policy', policyWith(nonce))
      .type('text/html; charset=utf-8')
      .send(page.replaceAll(nonceMark, nonce));
  }
}

function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob: https://*.whatsapp.net",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function sendProgress(reply: FastifyReply, state: { kind: 'building' } | { kind: 'missing'; why: string }) {
  const isBuilding = state.kind === 'building';
  const sentence = isBuilding ? 'The console is being built. This page comes again by itself.' : state.why;
  return reply
    .code(503)
    .headers({ 'retry-after': '2', ...(isBuilding ? { refresh: '2' } : {}) })
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>Evofleet</title><h1>Evofleet</h1><p role="status">${escaped(sentence)}</p>` +
        `<p>The API answers already: <a href="/api-docs">its document</a>.</p></html>`,
    );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
