import type { Answer } from './types.ts';

const titles: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' };

/** An error in the server's main shape. `wrapped` errors carry a list, the others (guards, crashes) a bare string. */
export class WireError extends Error {
  readonly status: number;
  readonly messages: unknown;

  constructor(status: number, messages: unknown) {
    super(`wire error ${status}`);
    this.status = status;
    this.messages = messages;
  }
}

export const badRequest = (...messages: unknown[]): WireError => new WireError(400, messages);
export const forbidden = (message: string): WireError => new WireError(403, [message]);
export const notFound = (message: string): WireError => new WireError(404, [message]);
export const unauthorized = (): WireError => new WireError(401, 'Unauthorized');
/** An exception nobody caught: its text reaches the client as a bare string. */
export const crashed = (message: string): WireError => new WireError(500, message);
/** A 500 that was raised on purpose: its text sits in a list. */
export const internal = (message: string): WireError => new WireError(500, [message]);

export function errorAnswer(error: WireError): Answer {
  const title = titles[error.status] ?? 'Internal Server Error';
  return { status: error.status, body: { status: error.status, error: title, response: { message: error.messages } } };
}

/** The body parser's errors keep their status but are all titled as internal ones. */
export function parserAnswer(status: number, message: string): Answer {
  return { status, body: { status, error: 'Internal Server Error', response: { message } } };
}
