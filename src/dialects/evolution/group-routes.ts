import { groupSchemas } from '../../evolution/wire.ts';
import { requireActive } from '../../http/authenticate.ts';
import type { Messages } from '../../modules/messages/index.ts';
import type { ForwardName, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { createForwards } from './chat-forwards.ts';
import { pictureBodyBytesMax, withPicture } from './chat-routes.ts';
import { requireFits } from './errors.ts';
import { ofGroup, ofInvite, ofList } from './group-bodies.ts';
import { createSendInvites } from './group-invites.ts';
import type { NumberCall, Routes } from './routes.ts';

type Deps = {
  phoneNumbers: Pick<PhoneNumbers, 'relay'>;
  messages: Pick<Messages, 'send' | 'get' | 'withPicture'>;
};

const reads: readonly ForwardName[] = ['findGroupInfos', 'participants', 'inviteCode'];
const changes = [
  'updateGroupSubject',
  'updateGroupDescription',
  'updateParticipant',
  'updateSetting',
  'toggleEphemeral',
  'revokeInviteCode',
] as const satisfies readonly ForwardName[];

/** The groups of a number. WhatsApp tells their members of changes by itself; none of it is a message of ours but invites. */
export function addGroupRoutes(routes: Routes, deps: Deps): void {
  const forwards = createForwards(deps.phoneNumbers);
  const { forward } = forwards;
  const created = { status: 201 };

  for (const operation of reads) {
    routes.ofNumber('GET', `/group/${operation}/:instanceName`, async (call) =>
      forward(call, operation, { query: ofGroup(call) }),
    );
  }
  for (const operation of changes) {
    const work = async (call: NumberCall) => forward(call, operation, { body: ofGroup(call, groupSchemas[operation]) });
    routes.ofNumber('POST', `/group/${operation}/:instanceName`, work, created);
  }

  routes.ofNumber('GET', '/group/fetchAllGroups/:instanceName', async (call) =>
    forward(call, 'fetchAllGroups', { query: ofList(call) }),
  );
  routes.ofNumber('GET', '/group/inviteInfo/:instanceName', async (call) =>
    forward(call, 'inviteInfo', { query: ofInvite(call) }),
  );
  routes.ofNumber('GET', '/group/acceptInviteCode/:instanceName', async (call) => {
    requireActive(call.caller);
    return forward(call, 'acceptInviteCode', { query: ofInvite(call) });
  });
  routes.ofNumber('DELETE', '/group/leaveGroup/:instanceName', async (call) =>
    forward(call, 'leaveGroup', { query: ofGroup(call) }),
  );
  routes.ofNumber('POST', '/group/sendInvite/:instanceName', createSendInvites({ ...deps, forwards }));

  routes.ofNumber(
    'POST',
    '/group/create/:instanceName',
    async (call) => {
      const { profilePicture, ...body } = call.body;
      requireFits(call.body, groupSchemas.create ?? {});
      if (!profilePicture) return forward(call, 'createGroup', { body });
      return withPicture(deps, call, profilePicture, (picture) =>
        forward(call, 'createGroup', { body: { ...body, profilePicture: picture } }),
      );
    },
    { ...created, bodyLimit: pictureBodyBytesMax },
  );

  routes.ofNumber(
    'POST',
    '/group/updateGroupPicture/:instanceName',
    async (call) => {
      const { groupJid, image } = ofGroup(call, groupSchemas.updateGroupPicture);
      return withPicture(deps, call, image, (picture) =>
        forward(call, 'updateGroupPicture', { body: { groupJid, image: picture } }),
      );
    },
    { ...created, bodyLimit: pictureBodyBytesMax },
  );
}
