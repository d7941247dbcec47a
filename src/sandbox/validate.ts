import { type WireSchema, wireComplaints } from '../evolution/wire.ts';
import { badRequest } from './errors.ts';
import type { Json } from './types.ts';

export type { WireSchema as Schema } from '../evolution/wire.ts';

/** @throws WireError 400 whose message is a list in a list: every complaint, in the words of the server's validator. */
export function requireValid(body: Json, schema: WireSchema): void {
  const complaints = wireComplaints(body, schema);
  if (complaints.length > 0) throw badRequest(complaints.map(({ message }) => message));
}

/** @throws WireError 400 whose message lists every complaint with its property, as the routes of groups do. */
export function requireValidGroup(body: Json, schema: WireSchema): void {
  const complaints = wireComplaints(body, schema);
  if (complaints.length > 0) throw badRequest(...complaints);
}
