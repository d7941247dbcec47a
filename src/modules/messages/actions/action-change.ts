import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import { requireActionSupport } from '../drafts/kind-support.ts';
import { noSuchMessage } from '../errors.ts';
import { actionWithinMsUsual, notChangeable, notConnected, translateActionFailure } from './action-errors.ts';
import { type ChangeableMessage, findChangeable, findSentId, recordDeletion, recordEdit } from './action-repository.ts';

type Deps = { db: Kysely<DB>; backends: Pick<Backends, 'requireUsable'>; actionWithinMs?: number };

const sentStatuses: readonly string[] = ['sent', 'delivered', 'read', 'played'];
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Changes what a sent text says, on all phones that have it; answers our id of it. Throws `not_found`, `message_not_changeable`,
 * `action_not_supported`, `number_not_connected`, and what the backend's failure means.
 */
export function createEditMessage(deps: Deps) {
  const { actionWithinMs: deadlineMs = actionWithinMsUsual } = deps;
  return async function editMessage(userId: number, id: string, text: string): Promise<string> {
    const message = await requireSent(deps.db, userId, id, 'edit messages');
    if (message.isDeleted) throw notChangeable('The message was deleted.');
    if (message.kind !== 'text') throw notChangeable('Only text messages can be edited.');
    const { actions } = await deps.backends.requireUsable(message.backendId);
    const { instance, ref, number } = addressed(message);
    await actions.updateText({ instance, number, ref, text, deadlineMs }).catch(translateActionFailure(instance));
    await recordEdit(deps.db, userId, message.id, text);
    return message.id;
  };
}

/** Takes a sent message back from everyone; one that was taken back stays so. Answers and throws what editing does. */
export function createDeleteMessage(deps: Deps) {
  const { actionWithinMs: deadlineMs = actionWithinMsUsual } = deps;
  return async function deleteMessage(userId: number, id: string): Promise<string> {
    const message = await requireSent(deps.db, userId, id, 'delete messages');
    if (message.isDeleted) return message.id;
    if (message.kind === 'reaction' || message.kind === 'status')
      throw notChangeable(`A ${message.kind} cannot be deleted.`);
    const { actions } = await deps.backends.requireUsable(message.backendId);
    const { instance, ref } = addressed(message);
    await actions.deleteForEveryone({ instance, ref, deadlineMs }).catch(translateActionFailure(instance));
    await recordDeletion(deps.db, userId, message.id);
    return message.id;
  };
}

async function requireSent(db: Kysely<DB>, userId: number, id: string, action: string): Promise<ChangeableMessage> {
  const ourId = isUuid.test(id) ? id : await findSentId(db, userId, id);
  const message = ourId === undefined ? undefined : await findChangeable(db, userId, ourId);
  if (message === undefined) throw noSuchMessage();
  if (message.direction === 'inbound') throw notChangeable('The message was received, not sent.');
  if (message.whatsappId === null || !sentStatuses.includes(message.status))
    throw notChangeable(`The message is ${message.status}: only what was sent can be changed.`);
  requireActionSupport(action, message.integration);
  if (!message.isNumberConnected) throw notConnected();
  return message;
}

function addressed({ backendName, remoteJid, whatsappId }: ChangeableMessage) {
  return { instance: backendName, number: remoteJid, ref: { id: whatsappId ?? '', remoteJid, fromMe: true } };
}
