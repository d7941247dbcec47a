import type { OutboundKind } from '../../../evolution/outbound.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import type { Draft } from './draft.ts';

type Integration = SendableNumber['integration'];

/** Throws `kind_not_supported`, with a sentence that says why, where the backend of such a number cannot send this. */
export function requireKindSupport(draft: Pick<Draft, 'kind' | 'content'>, integration: Integration): void {
  const why = whyNot(draft, integration);
  if (why !== null) throw new DomainError('kind_not_supported', why, { kind: 'unprocessable' });
}

/** Throws `action_not_supported`: only a number with a phone of its own does more than send. */
export function requireActionSupport(action: string, integration: Integration): void {
  if (integration === 'WHATSAPP-BAILEYS') return;
  throw new DomainError('action_not_supported', `A phone number of the integration ${integration} cannot ${action}.`, {
    kind: 'unprocessable',
  });
}

const kindsOf: Record<Integration, readonly OutboundKind[]> = {
  'WHATSAPP-BAILEYS': [
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
    'buttons',
    'status',
  ],
  'WHATSAPP-BUSINESS': [
    'text',
    'image',
    'video',
    'audio',
    'document',
    'voice',
    'location',
    'contact',
    'reaction',
    'list',
    'buttons',
    'template',
  ],
  // A voice note goes as an audio there: its own route drops the bytes it is given.
  EVOLUTION: ['text', 'image', 'video', 'audio', 'document', 'voice', 'buttons'],
};

function whyNot({ kind, content }: Pick<Draft, 'kind' | 'content'>, integration: Integration): string | null {
  if (integration === 'WHATSAPP-BAILEYS' && kind === 'list') {
    // Its answer does not tell whether something left, so a try would cost a unit and stay unknown.
    return 'Lists fail on every Evolution API server for numbers with a phone of their own (an error of versions 2.3.6 and 2.3.7). Send buttons, a poll or a text.';
  }
  if (!kindsOf[integration].includes(kind))
    return `A phone number of the integration ${integration} cannot send the kind ${kind}.`;
  if (integration === 'WHATSAPP-BUSINESS' && kind === 'buttons' && !onlyReplies(content)) {
    return 'A phone number of the integration WHATSAPP-BUSINESS sends reply buttons only.';
  }
  return null;
}

function onlyReplies({ buttons }: Record<string, unknown>): boolean {
  return Array.isArray(buttons) && buttons.every((button) => button.type === 'reply');
}
