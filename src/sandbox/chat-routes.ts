import { chatSchemas, EVOLUTION_MESSAGES, type Integration } from '../evolution/wire.ts';
import * as act from './chat-actions.ts';
import * as read from './chat-reads.ts';
import { badRequest, WireError } from './errors.ts';
import { notInMemory } from './guards.ts';
import * as profile from './profile-actions.ts';
import { type Handler, type Route, targetName } from './route.ts';
import type { Answer, Call } from './types.ts';
import { requireValid } from './validate.ts';
import type { World } from './world.ts';

type Entry = {
  method?: 'GET' | 'DELETE';
  area?: string;
  /** The method the route calls on the instance. */
  calls: string;
  /** Only WHATSAPP-BAILEYS has it, unless others are named. */
  also?: readonly Integration[];
  /** Absent: refused where it is not available, and an unknown route on WHATSAPP-BAILEYS. */
  deed?: act.ChatDeed;
  /** How the EVOLUTION integration words that it does not have it. */
  refusal?: string;
};

const others: readonly Integration[] = ['EVOLUTION', 'WHATSAPP-BUSINESS'];

const entries: Record<string, Entry> = {
  whatsappNumbers: { calls: 'whatsappNumber', deed: act.checkNumbers },
  markMessageAsRead: { calls: 'markMessageAsRead', deed: act.markRead },
  sendPresence: { calls: 'sendPresence', deed: act.sendPresence },
  deleteMessageForEveryone: { method: 'DELETE', calls: 'deleteMessage', deed: act.deleteForEveryone },
  updateMessage: { calls: 'updateMessage', deed: act.updateMessage },
  findMessages: { calls: 'fetchMessages', also: others, deed: read.findMessages },
  findStatusMessage: { calls: 'fetchStatusMessage', also: others, deed: read.findStatusMessage },
  findContacts: { calls: 'fetchContacts', also: others, deed: read.findContacts },
  findChats: { calls: 'fetchChats', also: others, deed: read.findChats },
  findChatByRemoteJid: { method: 'GET', calls: 'findChatByRemoteJid', also: others, deed: read.findChatByRemoteJid },
  fetchProfilePictureUrl: { calls: 'profilePicture', also: others, deed: read.fetchProfilePictureUrl },
  fetchProfile: { calls: 'fetchProfile', deed: read.fetchProfile },
  getBase64FromMediaMessage: { calls: 'getBase64FromMediaMessage', also: ['WHATSAPP-BUSINESS'], deed: read.getBase64 },
  setPresence: { area: 'instance', calls: 'setPresence', deed: act.setPresence },
  archiveChat: { calls: 'archiveChat', deed: profile.archiveChat },
  markChatUnread: { calls: 'markChatUnread', deed: profile.markUnread },
  fetchBusinessProfile: { calls: 'fetchBusinessProfile', deed: profile.fetchBusinessProfile },
  updateBlockStatus: { calls: 'blockUser', deed: profile.updateBlockStatus },
  updateProfileName: { calls: 'updateProfileName', deed: profile.updateProfileName },
  updateProfileStatus: { calls: 'updateProfileStatus', deed: profile.updateProfileStatus },
  updateProfilePicture: { calls: 'updateProfilePicture', deed: profile.updateProfilePicture },
  removeProfilePicture: { method: 'DELETE', calls: 'removeProfilePicture', deed: profile.removeProfilePicture },
  fetchPrivacySettings: { method: 'GET', calls: 'fetchPrivacySettings', deed: profile.fetchPrivacy },
  updatePrivacySettings: { calls: 'updatePrivacySettings', deed: profile.updatePrivacy },
  findLabels: { method: 'GET', area: 'label', calls: 'fetchLabels', deed: profile.findLabels },
  offer: { area: 'call', calls: 'offerCall', refusal: EVOLUTION_MESSAGES.notOnBusiness },
};

function handle(action: string, entry: Entry): Handler {
  const answer = async (world: World, call: Call): Promise<Answer> => {
    requireValid(call.body, chatSchemas[action] ?? {});
    const live = world.lives.get(targetName(call));
    if (!live) throw notInMemory(entry.calls);
    if (!entry.also?.includes(live.integration)) {
      if (live.integration === 'EVOLUTION') throw badRequest(entry.refusal ?? EVOLUTION_MESSAGES.notOnEvolution);
      if (live.integration === 'WHATSAPP-BUSINESS') throw badRequest(EVOLUTION_MESSAGES.notOnBusiness);
    }
    if (!entry.deed) throw new WireError(404, [`Cannot ${call.method} ${call.url}`]);
    return entry.deed(world, live, call);
  };
  return action === 'whatsappNumbers' ? (world, call) => flat(answer(world, call)) : answer;
}

/** One route tells whatever goes wrong as a 400 of its own shape, crashes even without their text. */
async function flat(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (error.status === 400)
      return { status: 400, body: { status: 400, error: 'Bad Request', message: error.messages } };
    return { status: 400, body: error.messages === EVOLUTION_MESSAGES.connectionClosed ? boom : {} };
  }
}

/** A closed socket's error, field by field. */
const boom = {
  data: null,
  isBoom: true,
  isServer: false,
  output: {
    statusCode: 428,
    payload: { statusCode: 428, error: 'Precondition Required', message: EVOLUTION_MESSAGES.connectionClosed },
    headers: {},
  },
};

export const chatRoutes: Route[] = Object.entries(entries).map(([action, entry]) => ({
  method: entry.method ?? 'POST',
  path: `/${entry.area ?? 'chat'}/${action}`,
  named: true,
  guards: 'full',
  handle: handle(action, entry),
}));
