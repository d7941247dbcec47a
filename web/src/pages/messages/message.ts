import type { paths } from '../../api/schema.d.ts';

type List = paths['/api/messages']['get'];
export type Message = List['responses'][200]['content']['application/json']['messages'][number];
export type MessageFilter = Pick<
  NonNullable<List['parameters']['query']>,
  'status' | 'direction' | 'kind' | 'to' | 'phone_number_id'
>;

export const messageStates: readonly Message['status'][] = [
  'scheduled',
  'accepted',
  'sending',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
  'expired',
  'cancelled',
  'unknown',
  'received',
];

export const messageKinds = [
  'text',
  'image',
  'video',
  'audio',
  'document',
  'voice',
  'ptv',
  'sticker',
  'location',
  'contact',
  'reaction',
  'poll',
  'list',
  'buttons',
  'template',
  'status',
] as const;

/** What a link to the list may ask for. */
export function searchOfMessages(search: Record<string, unknown>): MessageFilter {
  const status = messageStates.find((state) => state === search.status);
  const direction = (['outbound', 'inbound'] as const).find((each) => each === search.direction);
  const kind = messageKinds.find((each) => each === search.kind);
  const to = typeof search.to === 'string' || typeof search.to === 'number' ? String(search.to).slice(0, 64) : '';
  const number = Number(search.phone_number_id);
  return {
    ...(status === undefined ? {} : { status }),
    ...(direction === undefined ? {} : { direction }),
    ...(kind === undefined ? {} : { kind }),
    ...(to === '' ? {} : { to }),
    ...(Number.isSafeInteger(number) && number > 0 ? { phone_number_id: number } : {}),
  };
}

export function canCancel({ status }: Message): boolean {
  return status === 'scheduled' || status === 'accepted';
}

export function canRetry({ direction, status }: Message): boolean {
  return direction === 'outbound' && (status === 'failed' || status === 'unknown');
}

/** Who it went to, or came from. */
export function otherOf({ to, from, chat }: Message): string {
  return to ?? from ?? chat ?? '';
}

export function textOf({ content }: Message): string | null {
  return content.text ?? content.caption ?? content.file_name;
}
