import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { DomainError } from '../platform/errors.ts';
import type { Logger } from '../platform/logger.ts';
import { problemBody } from './problem-details.ts';

const statusByCode: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers and logs what is no HTTP request, or does not become one in time; no hook ever sees it. */
export function createClientErrorHandler(deps: { logger: Logger }) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = statusByCode[error.code ?? ''] ?? 400;
    const requestId = randomUUID();
    const sentence = status === 408 ? 'The request did not come in time.' : 'This is not a well-formed HTTP request.';
    const body = JSON.stringify(
      problemBody(status, new DomainError('invalid_request', sentence, { kind: 'invalid' }), requestId),
    );
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
    deps.logger.info(
      { event: 'request', request_id: requestId, route: '(not HTTP)', status, code: error.code },
      'request',
    );
  };
}
