import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import {
  claimIdempotencyKey,
  type Draft,
  type IdempotencyKey,
  insertBulk,
  type MediaType,
  type Messages,
  type Quota,
  reserveUnits,
} from '../messages/index.ts';
import type { PhoneNumbers, SendableNumber } from '../phone-numbers/index.ts';
import type { Campaign } from './campaign.ts';
import { findCampaign, insertCampaign, readRecipients } from './campaigns-repository.ts';
import { type CheckedRecipient, checkRecipients, type Recipient } from './check-recipients.ts';
import { everyoneOptedOut, invalidRecipients, notEnoughUnits } from './errors.ts';
import { findOptedOut } from './opt-outs-repository.ts';
import { parseTemplate, type Template } from './template.ts';

export type CampaignInput = {
  userId: number;
  /** Messages this user may send on one day. */
  dailyMax: number;
  requestId: string;
  /** The phone number's token, or its id where that is known to be the user's. */
  token: string | number;
  name: string | null;
  recipients: readonly Recipient[];
  /** The text, or the media with its caption. */
  message: { text: string } | { mediaType: MediaType; mediaUrl: string; fileName?: string; caption?: string };
  sendAt: Date | null;
  expiresInSeconds: number;
  priority: number;
  key: IdempotencyKey | undefined;
};

export type StartedCampaign = {
  campaign: Campaign;
  /** Recipients without a message. */
  optedOutNumbers: string[];
  quota: Quota;
  isReplayed: boolean;
};

/**
 * Accepts a message to many, all or none: the day's units, the campaign and its messages in one transaction. They leave
 * one after the other, after what is more urgent. Throws `invalid_request`, `invalid_recipients`,
 * `recipients_opted_out`, `quota_exceeded`, and what a single message of this kind is refused with.
 */
export function createStartCampaign(deps: {
  db: Kysely<DB>;
  ids: Ids;
  phoneNumbers: Pick<PhoneNumbers, 'requireOwn'>;
  messages: Pick<Messages, 'checkDraft' | 'once' | 'ringSend' | 'noteUsage' | 'quotaOf'>;
}) {
  const { db, ids, messages } = deps;

  return async function startCampaign(input: CampaignInput): Promise<StartedCampaign> {
    const { userId, key } = input;
    if (key === undefined) return { ...(await start(input)), isReplayed: false };
    const { answer, isReplayed } = await messages.once(userId, key, {
      run: () => start(input),
      replay: ({ campaignId }) => replay(input, campaignId),
    });
    return { ...answer, isReplayed };
  };

  async function start(input: CampaignInput): Promise<Omit<StartedCampaign, 'isReplayed'>> {
    const number = await deps.phoneNumbers.requireOwn(input.userId, input.token);
    const { draft, template } = readMessage(input.message);
    messages.checkDraft(draft, number);
    const { checked, errors } = checkRecipients(input.recipients, template);
    if (errors.length > 0) throw invalidRecipients(errors);
    const { wanted, optedOutNumbers } = await leaveOut(input.userId, checked);
    const campaignId = ids.uuidv7();
    const { used, told, renewsInSeconds } = await store(input, { campaignId, number, draft, wanted, optedOutNumbers });
    if (input.sendAt === null) {
      messages.ringSend();
      messages.noteUsage({ userId: input.userId, dailyMax: input.dailyMax, used, told });
    }
    const campaign = await requireCampaign(input.userId, campaignId);
    return { campaign, optedOutNumbers, quota: { limit: input.dailyMax, used, renewsInSeconds } };
  }

  function store(
    input: CampaignInput,
    made: {
      campaignId: string;
      number: SendableNumber;
      draft: Draft;
      wanted: readonly CheckedRecipient[];
      optedOutNumbers: readonly string[];
    },
  ) {
    const { userId, dailyMax, sendAt, key } = input;
    const { campaignId, number, draft, wanted } = made;
    return inTransaction(db, async (tx) => {
      const reserved = await reserveUnits(tx, { userId, units: wanted.length, dailyMax, sendAt });
      if (reserved === undefined) throw notEnoughUnits(wanted.length, dailyMax);
      if (key !== undefined) await claimIdempotencyKey(tx, userId, key, campaignId);
      await insertCampaign(tx, {
        id: campaignId,
        userId,
        phoneNumberId: number.id,
        name: input.name,
        kind: draft.kind,
        total: wanted.length,
        optedOut: made.optedOutNumbers.length,
      });
      await insertBulk(tx, {
        userId,
        phoneNumberId: number.id,
        backendId: number.backendId,
        campaignId,
        kind: draft.kind,
        requestId: input.requestId,
        priority: input.priority,
        sendAt,
        expiresInSeconds: input.expiresInSeconds,
        messages: wanted.map((recipient) => ({
          id: ids.uuidv7(),
          recipient: recipient.number,
          content: JSON.stringify(contentFor(draft, recipient)),
        })),
      });
      return reserved;
    });
  }

  async function replay(input: CampaignInput, campaignId: string | null): Promise<Omit<StartedCampaign, 'isReplayed'>> {
    const campaign = await requireCampaign(input.userId, campaignId ?? '');
    const written = await readRecipients(db, campaign.id);
    const optedOutNumbers = input.recipients
      .map(({ number }) => number.replace('+', ''))
      .filter((number) => !written.has(number));
    return { campaign, optedOutNumbers, quota: await messages.quotaOf(input.userId, input.dailyMax) };
  }

  async function requireCampaign(userId: number, id: string): Promise<Campaign> {
    const campaign = await findCampaign(db, userId, id);
    if (campaign === undefined) throw new Error('A campaign that was made is missing.');
    return campaign;
  }

  async function leaveOut(
    userId: number,
    checked: readonly CheckedRecipient[],
  ): Promise<{ wanted: CheckedRecipient[]; optedOutNumbers: string[] }> {
    const optedOut = await findOptedOut(
      db,
      userId,
      checked.map(({ number }) => number),
    );
    const wanted = checked.filter(({ number }) => !optedOut.has(number));
    if (wanted.length === 0) throw everyoneOptedOut();
    return { wanted, optedOutNumbers: [...optedOut] };
  }
}

function readMessage(message: CampaignInput['message']): { draft: Draft; template: Template | null } {
  if ('text' in message) {
    return { draft: { kind: 'text', content: {}, options: {} }, template: templateOf('text', message.text) };
  }
  const { mediaType, mediaUrl, fileName, caption } = message;
  return {
    draft: {
      kind: mediaType,
      content: { media_type: mediaType, file_name: fileName, media_url: mediaUrl },
      options: {},
    },
    template: caption === undefined ? null : templateOf('caption', caption),
  };
}

function templateOf(field: string, text: string): Template {
  const template = parseTemplate(text);
  if (template !== undefined) return template;
  throw new DomainError(
    'invalid_request',
    `${field}: a "{{" must begin a variable such as {{name}}: letters, digits and _, 64 at most.`,
    { kind: 'invalid' },
  );
}

function contentFor(draft: Draft, { text }: CheckedRecipient): Record<string, unknown> {
  if (draft.kind === 'text') return { text };
  return text === '' ? draft.content : { ...draft.content, caption: text };
}
