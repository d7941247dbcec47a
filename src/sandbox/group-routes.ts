import { EVOLUTION_MESSAGES, groupSchemas } from '../evolution/wire.ts';
import { badRequest, WireError } from './errors.ts';
import {
  changeGroup,
  changeParticipants,
  foundGroup,
  groupOf,
  groupsOf,
  inviteCode,
  leaveGroup,
  metadataOf,
  type ParticipantAction,
  shownGroup,
} from './groups.ts';
import { notInMemory } from './guards.ts';
import { toJid } from './jid.ts';
import { type Handler, type Route, targetName } from './route.ts';
import { refuseByMagic } from './sends.ts';
import type { Answer, Call, Group, Json, Live } from './types.ts';
import { requireValid, requireValidGroup, type Schema } from './validate.ts';
import { asList, asText, type World } from './world.ts';

type Deed = (world: World, live: Live, body: Json) => Answer | Promise<Answer>;

const create: Deed = (world, live, body) => {
  requireOpen(live, 'Error creating group');
  const members = asList(body.participants)
    .map(String)
    .filter((number) => isOnWhatsapp(number));
  const group = foundGroup(world, live, String(body.subject), members.map(toJid));
  if (body.description !== undefined) {
    changeGroup(world, live, group.id, { desc: String(body.description), descId: world.identifiers.webMessageId() });
  }
  if (body.promoteParticipants === true) changeParticipants(world, live, group, members, 'promote');
  const founded = metadataOf(groupOf(world, live, group.id) ?? group);
  void world.emit(live, 'groups.upsert', [founded]);
  return { status: 201, body: founded };
};

/** What is done with a group that exists; the sentence is what the server says when it does not. */
const withGroup =
  (status: number, failure: string, deed: (world: World, live: Live, group: Group, body: Json) => unknown): Deed =>
  async (world, live, body) => {
    const found = live.state === 'open' ? groupOf(world, live, String(body.groupJid)) : undefined;
    if (!found)
      throw groupFailure(failure, live.state === 'open' ? 'Error: item-not-found' : 'Error: Connection Closed');
    return { status, body: await deed(world, live, found, body) };
  };

const changed = (failure: string, patch: (body: Json, world: World) => Partial<Group>): Deed =>
  withGroup(201, failure, (world, live, group, body) => {
    changeGroup(world, live, group.id, patch(body, world));
    return { update: 'success' };
  });

const settings: Record<string, Partial<Group>> = {
  announcement: { announce: true },
  not_announcement: { announce: false },
  locked: { restrict: true },
  unlocked: { restrict: false },
};

const inviteInfo: Deed = (world, live, body) => {
  const group = groupsOf(world, live).find((each) => each.inviteCode === body.inviteCode);
  if (!group) throw new WireError(404, ['No invite info', String(body.inviteCode)]);
  return { status: 200, body: metadataOf(group) };
};

const acceptInvite: Deed = (world, live, body) => {
  const group = groupsOf(world, live).find((each) => each.inviteCode === body.inviteCode);
  if (!group) throw new WireError(404, ['Accept invite error', 'Error: not-authorized']);
  return { status: 200, body: { accepted: true, groupJid: group.id } };
};

const routes: [method: string, action: string, checked: 'data' | 'group' | 'code' | 'list', deed: Deed][] = [
  ['POST', 'create', 'data', create],
  [
    'GET',
    'fetchAllGroups',
    'list',
    (world, live, body) => {
      requireOpen(live);
      const wanted = body.getParticipants === 'true';
      return { status: 200, body: groupsOf(world, live).map((group) => shownGroup(group, wanted)) };
    },
  ],
  [
    'GET',
    'findGroupInfos',
    'group',
    withGroup(200, 'Error fetching group', (_world, _live, group) => shownGroup(group, true)),
  ],
  [
    'GET',
    'participants',
    'group',
    withGroup(200, 'No participants', (_world, _live, group) => ({ participants: group.participants })),
  ],
  [
    'GET',
    'inviteCode',
    'group',
    withGroup(200, 'No invite code', (_world, _live, group) => ({
      inviteUrl: `https://chat.whatsapp.com/${group.inviteCode}`,
      inviteCode: group.inviteCode,
    })),
  ],
  ['GET', 'inviteInfo', 'code', inviteInfo],
  ['GET', 'acceptInviteCode', 'code', acceptInvite],
  [
    'POST',
    'revokeInviteCode',
    'group',
    withGroup(201, 'Revoke error', (world, live, group) => {
      const code = inviteCode(world);
      changeGroup(world, live, group.id, { inviteCode: code });
      return { revoked: true, inviteCode: code };
    }),
  ],
  [
    'POST',
    'updateParticipant',
    'group',
    withGroup(201, 'Error updating participants', (world, live, group, body) => ({
      updateParticipants: changeParticipants(
        world,
        live,
        group,
        asList(body.participants).map(String),
        body.action as ParticipantAction,
      ),
    })),
  ],
  [
    'POST',
    'updateGroupSubject',
    'group',
    changed('Error updating group subject', (body) => ({ subject: String(body.subject) })),
  ],
  [
    'POST',
    'updateGroupDescription',
    'group',
    changed('Error updating group description', (body, world) => ({
      desc: String(body.description),
      descId: world.identifiers.webMessageId(),
    })),
  ],
  ['POST', 'updateGroupPicture', 'group', changed('Error update group picture', () => ({}))],
  [
    'POST',
    'updateSetting',
    'group',
    withGroup(201, 'Error updating setting', (world, live, group, body) => {
      changeGroup(world, live, group.id, settings[String(body.action)] ?? {});
      return {};
    }),
  ],
  [
    'POST',
    'toggleEphemeral',
    'group',
    withGroup(201, 'Error updating setting', (world, live, group, body) => {
      changeGroup(world, live, group.id, { ephemeralDuration: Number(body.expiration) });
      return { success: true };
    }),
  ],
  [
    'DELETE',
    'leaveGroup',
    'group',
    withGroup(200, 'Unable to leave the group', (world, live, group) => {
      leaveGroup(world, live, group.id);
      return { groupJid: group.id, leave: true };
    }),
  ],
];

const checks: Record<'data' | 'group' | 'code' | 'list', (call: Call, schema: Schema) => Json> = {
  data: ({ body }, schema) => {
    requireValid(body, schema);
    return body;
  },
  group: ({ body, query }, schema) => {
    const given = asText(body.groupJid) || asText(query.groupJid);
    if (!given) throw badRequest('The group id needs to be informed in the query', 'ex: "groupJid=120362@g.us"');
    const whole = { ...body, groupJid: given.endsWith('@g.us') ? given : `${given}@g.us` };
    requireValidGroup(whole, schema);
    return whole;
  },
  code: ({ body, query }, schema) => {
    if (!query.inviteCode) {
      throw badRequest(
        'The group invite code id needs to be informed in the query',
        'ex: "inviteCode=F1EX5QZxO181L3TMVP31gY" (Obtained from group join link)',
      );
    }
    const whole = { ...body, ...query };
    requireValidGroup(whole, schema);
    return whole;
  },
  list: ({ body, query }, schema) => {
    if (!query.getParticipants) throw badRequest('The getParticipants needs to be informed in the query');
    const whole = { ...body, ...query };
    requireValidGroup(whole, schema);
    return whole;
  },
};

function handle(action: string, checked: keyof typeof checks, deed: Deed): Handler {
  const schema = groupSchemas[action] ?? groupSchemas.byJid;
  return (world, call) => {
    const body = checks[checked](call, schema ?? {});
    // These routes alone leave the path's name as it is.
    const name = checked === 'data' ? targetName(call) : String(call.name);
    const live = world.lives.get(name);
    if (!live) throw notInMemory(action);
    if (live.integration === 'EVOLUTION') throw badRequest(EVOLUTION_MESSAGES.notOnEvolution);
    if (live.integration === 'WHATSAPP-BUSINESS') throw badRequest(EVOLUTION_MESSAGES.notOnBusiness);
    return deed(world, live, body);
  };
}

function groupFailure(failure: string, reason: string): WireError {
  if (/^(Error fetching group|No |Revoke)/.test(failure)) return new WireError(404, [failure, reason]);
  if (/^(Error updating (participants|setting)|Unable)/.test(failure)) return new WireError(400, [failure, reason]);
  return new WireError(500, [failure, reason]);
}

function requireOpen(live: Live, failure?: string): void {
  if (live.state === 'open') return;
  throw failure === undefined
    ? new WireError(500, EVOLUTION_MESSAGES.connectionClosed)
    : groupFailure(failure, 'Error: Connection Closed');
}

function isOnWhatsapp(number: string): boolean {
  try {
    refuseByMagic(number);
    return true;
  } catch {
    return false;
  }
}

export const groupRoutes: Route[] = routes.map(([method, action, checked, deed]) => ({
  method,
  path: `/group/${action}`,
  named: true,
  guards: 'full',
  handle: handle(action, checked, deed),
}));
