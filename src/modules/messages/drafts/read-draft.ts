import type { MessageRef, OutboundOptions } from '../../../evolution/outbound.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import { noSuchReference } from '../errors.ts';
import type { Draft, MakeDraft } from './draft.ts';

/** How a request's draft is to be read, besides what its kind makes of it. */
export type DraftInput = {
  userId: number;
  /** As the caller wrote it; left out where the draft names its recipient. */
  number?: string;
  /** Id, ours or WhatsApp's, of the message that is answered. */
  quoted?: string;
  options: Omit<OutboundOptions, 'quoted'>;
};

export type ReadDraft = ReturnType<typeof createReadDraft>;

/** Makes the draft of a request and finds whom it goes to. Throws `not_found`, `invalid_number`, and what its kind throws. */
export function createReadDraft(deps: {
  resolveRecipient(phoneNumberId: number, number: string): Promise<string>;
  findMessageRef(number: SendableNumber, id: string): Promise<MessageRef | undefined>;
}) {
  async function requireRef(number: SendableNumber, field: string, id: string): Promise<MessageRef> {
    const found = await deps.findMessageRef(number, id);
    if (found === undefined) throw noSuchReference(field);
    return found;
  }

  return async function readDraft(
    input: DraftInput,
    number: SendableNumber,
    makeDraft: MakeDraft,
  ): Promise<{ draft: Draft; recipient: string }> {
    const { recipient: own, ...made } = await makeDraft({
      userId: input.userId,
      number,
      messageRef: (id) => requireRef(number, 'message_id', id),
    });
    const recipient = own ?? (await deps.resolveRecipient(number.id, input.number ?? ''));
    const options: OutboundOptions = made.options === undefined ? input.options : { ...made.options, ...input.options };
    if (input.quoted === undefined) return { draft: { ...made, options }, recipient };
    const quoted = await requireRef(number, 'quoted', input.quoted);
    return { draft: { ...made, options: { ...options, quoted } }, recipient };
  };
}
