import { createHash } from 'node:crypto';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createByteCollector } from '../platform/egress/byte-collector.ts';
import { DomainError } from '../platform/errors.ts';
import { holdsIllFormedText } from './json-body.ts';

/** A file that came as part `file` of a multipart/form-data body. */
export type UploadedFile = {
  bytes: Buffer;
  /** Hex; it stands in the body's field `file`, so that the parsed body says which file it came with. */
  sha256: string;
  mimetype?: string;
  fileName?: string;
};

declare module 'fastify' {
  interface FastifyRequest {
    upload: UploadedFile | null;
  }
}

const fileBytesMax = 16 * 1_048_576;
const fieldsMax = 60;
const fieldBytesMax = 131_072;

/**
 * Lets the routes of this scope take multipart/form-data in place of JSON: the fields make the body that the route's
 * schema checks, those that are no text there read as JSON; the part `file`, of at most 16 MiB, is in `request.upload`.
 * Register it in a scope of its own: the other routes go on refusing such bodies.
 */
export async function registerMultipart(scope: FastifyInstance): Promise<void> {
  await scope.register(multipart, {
    limits: {
      fileSize: fileBytesMax,
      files: 1,
      fields: fieldsMax,
      fieldSize: fieldBytesMax,
      fieldNameSize: 100,
      parts: fieldsMax + 1,
      headerPairs: 20,
    },
  });
  scope.decorateRequest('upload', null);
  scope.addHook('preValidation', async (request, reply) => {
    if (!request.isMultipart()) {
      refuseFileInJson(request.body);
      return;
    }
    try {
      refuseDeclaredTooLarge(request);
      request.body = await readForm(request);
    } catch (error) {
      // What is still to come has no reader any more, and nothing can follow it on this connection.
      request.raw.unpipe();
      request.raw.resume();
      reply.header('connection', 'close');
      throw translated(error);
    }
  });
}

async function readForm(request: FastifyRequest): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = Object.create(null);
  const types = fieldTypes(request);
  for await (const part of request.parts()) {
    if (part.fieldname in body) throw invalid(`${part.fieldname} is given twice.`);
    if (part.type === 'file') {
      if (part.fieldname !== 'file') throw invalid(`unknown file "${part.fieldname}": its name must be file.`);
      request.upload = await readFile(part);
      body.file = request.upload.sha256;
    } else {
      body[part.fieldname] = readField(part, types);
    }
  }
  if ('file' in body && request.upload === null) throw invalid('file must be a file.');
  return { ...body };
}

type FilePart = {
  file: AsyncIterable<Buffer> & { truncated: boolean };
  mimetype: string;
  filename: string | undefined;
};

async function readFile({ file, mimetype, filename }: FilePart): Promise<UploadedFile> {
  const hash = createHash('sha256');
  const collector = createByteCollector(fileBytesMax);
  for await (const chunk of file) {
    hash.update(chunk);
    collector.push(chunk);
  }
  if (file.truncated) throw tooLarge('a file has at most 16 MiB');
  const fileName = fileNameOf(filename);
  return {
    bytes: collector.take(),
    sha256: hash.digest('hex'),
    ...(mimetype === '' ? {} : { mimetype }),
    ...(fileName === undefined ? {} : { fileName }),
  };
}

type FieldPart = { fieldname: string; value: unknown; valueTruncated: boolean; fieldnameTruncated: boolean };

function readField({ fieldname, value, valueTruncated, fieldnameTruncated }: FieldPart, types: Map<string, unknown>) {
  if (valueTruncated || fieldnameTruncated) {
    throw tooLarge(`the field ${fieldname.slice(0, 100)} has at most 128 KiB, and its name 100 bytes`);
  }
  // What was no UTF-8 has become this mark.
  if (typeof value === 'string' && value.includes('\uFFFD')) throw invalid(`${fieldname} is not well-formed UTF-8.`);
  const type = types.get(fieldname);
  const isText = typeof value !== 'string' || type === undefined || type === 'string';
  const read = isText ? value : parsed(fieldname, value, type);
  if (holdsIllFormedText(read)) throw invalid(`${fieldname} holds U+0000 or a lone surrogate.`);
  return read;
}

function parsed(fieldname: string, text: string, type: unknown): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${fieldname} must be JSON of the type ${String(type)}.`);
  }
}

/** The types that the route's schema gives to its fields, for those that have one. */
function fieldTypes(request: FastifyRequest): Map<string, unknown> {
  const { properties = {} } = (request.routeOptions.schema?.body ?? {}) as {
    properties?: Record<string, { type?: unknown }>;
  };
  return new Map(Object.entries(properties).map(([name, { type }]) => [name, type]));
}

// Others cannot know what a path in a name meant.
function fileNameOf(name: string | undefined): string | undefined {
  const last = name?.split(/[/\\]/).at(-1)?.toWellFormed();
  const clean = Array.from(last ?? '')
    .filter((each) => each >= ' ' && each !== '\u007F')
    .join('')
    .slice(0, 255);
  return clean === '' ? undefined : clean;
}

function refuseFileInJson(body: unknown): void {
  if (typeof body === 'object' && body !== null && 'file' in body) {
    throw invalid('file must be a file of a multipart/form-data body.');
  }
}

function refuseDeclaredTooLarge(request: FastifyRequest): void {
  if (Number(request.headers['content-length'] ?? 0) > request.routeOptions.bodyLimit) {
    throw tooLarge('a file has at most 16 MiB');
  }
}

function translated(error: unknown): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode === 413) return tooLarge(tooMuchOf[code ?? ''] ?? 'a file has at most 16 MiB');
  return new DomainError('invalid_request', 'The body could not be read as multipart/form-data.', {
    kind: 'invalid',
    cause: error,
  });
}

const tooMuchOf: Readonly<Record<string, string>> = {
  FST_FILES_LIMIT: 'it has one file',
  FST_FIELDS_LIMIT: `it has at most ${fieldsMax} fields`,
  FST_PARTS_LIMIT: `it has one file and at most ${fieldsMax} fields`,
};

function tooLarge(bound: string): DomainError {
  return new DomainError('payload_too_large', `The upload is too large: ${bound}.`, { kind: 'too_large' });
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', `body: ${sentence}`, { kind: 'invalid' });
}
