import { groupSchemas, type WireSchema, wireComplaints } from '../../evolution/wire.ts';
import { badRequest } from './errors.ts';
import type { NumberCall } from './routes.ts';
import { textOf } from './values.ts';

type Body = Record<string, unknown>;

/** The body of a call about a group, which may name it in the query. Throws as that server refuses. */
export function ofGroup({ body, query }: NumberCall, schema: WireSchema = groupSchemas.byJid ?? {}): Body {
  const given = textOf(body.groupJid) || query('groupJid');
  if (!given) throw badRequest('The group id needs to be informed in the query', 'ex: "groupJid=120362@g.us"');
  const groupJid = given.endsWith('@g.us') ? given : `${given}@g.us`;
  const whole = { ...body, groupJid };
  requireFitsGroup(whole, schema);
  return whole;
}

export function ofInvite({ query }: NumberCall): Body {
  const inviteCode = query('inviteCode');
  if (!inviteCode) {
    throw badRequest(
      'The group invite code id needs to be informed in the query',
      'ex: "inviteCode=F1EX5QZxO181L3TMVP31gY" (Obtained from group join link)',
    );
  }
  requireFitsGroup({ inviteCode }, groupSchemas.inviteInfo ?? {});
  return { inviteCode };
}

export function ofList({ query }: NumberCall): Body {
  const getParticipants = query('getParticipants');
  if (!getParticipants) throw badRequest('The getParticipants needs to be informed in the query');
  requireFitsGroup({ getParticipants }, groupSchemas.fetchAllGroups ?? {});
  return { getParticipants };
}

// These routes alone name the property of each complaint.
function requireFitsGroup(body: Body, schema: WireSchema): void {
  const complaints = wireComplaints(body, schema);
  if (complaints.length > 0) throw badRequest(...complaints);
}
