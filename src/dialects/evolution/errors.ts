import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EVOLUTION_MESSAGES, type WireSchema, wireComplaints } from '../../evolution/wire.ts';
import { readFailure } from '../../http/problem-details.ts';
import type { DomainError } from '../../platform/errors.ts';

/** What this contract answers in words of its own; `message` goes out as it is. */
export class EvolutionRefusal extends Error {
  override readonly name = 'EvolutionRefusal';
  readonly status: number;
  readonly said: unknown;

  constructor(status: number, said: unknown) {
    super(`refused with ${status}`);
    this.status = status;
    this.said = said;
  }
}

export const badRequest = (...messages: unknown[]) => new EvolutionRefusal(400, messages);
export const forbidden = (reason: string) => new EvolutionRefusal(403, [reason]);
export const missing = (sentence: string) => new EvolutionRefusal(404, [sentence]);
export const unauthorized = () => new EvolutionRefusal(401, EVOLUTION_MESSAGES.unauthorized);
export const noSuchInstance = (name: string) => missing(EVOLUTION_MESSAGES.instanceDoesNotExist(shortened(name)));

/** Throws a list in a list, as that server does of bodies that do not fit their schema. */
export function requireFits(body: unknown, schema: WireSchema): void {
  const complaints = wireComplaints(body, schema);
  if (complaints.length > 0) throw badRequest(complaints.map(({ message }) => message));
}

/** Answers any error in this contract's shape; what goes wrong before the routes goes through here as well. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof EvolutionRefusal) return send(reply, error.status, error.said);
  const { known, status } = readFailure(error, request, reply);
  // Clients wait as long as this says.
  if (status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', '60');
  return send(reply, status, saidOf(known), known === undefined || isOfParser(known) ? 500 : status);
}

function send(reply: FastifyReply, status: number, said: unknown, named = status): FastifyReply {
  const body = { status, error: STATUS_CODES[named] ?? 'Error', response: { message: said } };
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

// That server's parser of bodies knows neither lists nor the right name of its errors.
function isOfParser({ code }: DomainError): boolean {
  return code === 'invalid_json' || code === 'payload_too_large';
}

function saidOf(known: DomainError | undefined): unknown {
  if (known === undefined) return 'Something went wrong on our side.';
  if (known.code === 'unauthenticated') return EVOLUTION_MESSAGES.unauthorized;
  return isOfParser(known) ? known.message : [known.message];
}

function shortened(name: string): string {
  return name.length <= 300 ? name : `${name.slice(0, 300)}…`;
}
