import { hash } from 'node:crypto';
import { type FingerprintFields, fingerprint, writtenAsText } from '../../../evolution/fingerprint-form.ts';
import { buttonsBody, listText } from '../../../evolution/kind-texts.ts';
import type { Button, Outbound } from '../../../evolution/outbound.ts';

/**
 * What a message says, in the form in which its echo says the same (`agreementOf` compares both). Null where there is
 * nothing that an echo could repeat.
 */
export function fingerprintOf(outbound: Outbound): string | null {
  switch (outbound.kind) {
    case 'text':
      return fingerprint('text', { texts: { body: outbound.text } });
    case 'image':
    case 'video':
    case 'document':
      return fingerprint(outbound.kind, mediaFields(outbound.media, { caption: outbound.caption ?? '' }));
    case 'ptv':
    case 'sticker':
      return fingerprint(outbound.kind, mediaFields(outbound.media, {}));
    // One record on the wire for both.
    case 'audio':
    case 'voice':
      return fingerprint('audio', mediaFields(outbound.media, {}));
    case 'location':
      return fingerprint('location', {
        texts: { name: outbound.name ?? '', address: outbound.address ?? '' },
        values: { latitude: outbound.latitude, longitude: outbound.longitude },
      });
    case 'contact':
      return fingerprint('contact', {
        texts: {
          cards: JSON.stringify(
            outbound.contacts.map((card) => [card.fullName, digitsIn(card.shownAs ?? card.phoneNumber)]),
          ),
        },
      });
    case 'reaction':
      return fingerprint('reaction', { texts: { target: outbound.target.id, emoji: outbound.emoji } });
    case 'poll':
      return fingerprint('poll', {
        texts: { question: outbound.question, options: JSON.stringify(outbound.options) },
        values: { selectable: outbound.selectableCount },
      });
    case 'list':
      return ofList(outbound);
    case 'buttons':
      return ofButtons(outbound);
    case 'template':
      return fingerprint('template', { texts: { [writtenAsText]: `▶️${outbound.name}◀️` } });
    case 'status':
      return outbound.type === 'text'
        ? fingerprint('status', { texts: { body: outbound.content }, values: { of: 'text' } })
        : fingerprint('status', {
            ...mediaFields(outbound.content, outbound.type === 'audio' ? {} : { caption: outbound.caption ?? '' }),
            values: { of: outbound.type },
          });
    default:
      return outbound satisfies never;
  }
}

function ofList(list: Extract<Outbound, { kind: 'list' }>): string {
  const rows = list.sections.map((section) => [section.title, section.rows.map((row) => [row.id, row.title])]);
  return fingerprint('list', {
    texts: {
      title: list.title,
      description: list.description ?? '',
      footer: list.footer ?? '',
      button: list.buttonText,
      rows: JSON.stringify(rows),
      [writtenAsText]: listText(list),
    },
  });
}

function ofButtons(message: Extract<Outbound, { kind: 'buttons' }>): string {
  const labels = JSON.stringify(message.buttons.map((button) => [button.type, labelOf(button)]));
  // A request for payment is repeated without any text.
  const isPayment = message.buttons.some((button) => button.type === 'pix');
  const replies = message.buttons.map((button) => `▶️ ${labelOf(button)}\n`).join('');
  return fingerprint('buttons', {
    texts: {
      labels,
      ...(isPayment ? {} : { body: buttonsBody(message), footer: message.footer ?? '' }),
      [writtenAsText]: `${message.title || 'Select'}\n${replies}`,
    },
  });
}

function labelOf(button: Button): string {
  return button.type === 'pix' ? button.key : button.text;
}

// Only a URL is ever repeated as it was; base64 is known by the bytes in it.
function mediaFields(medium: string, texts: Record<string, string>): FingerprintFields {
  if (/^https?:\/\//i.test(medium)) return { texts: { ...texts, url: medium } };
  return { sha256: hash('sha256', Buffer.from(medium, 'base64'), 'hex'), texts };
}

function digitsIn(text: string): string {
  return text.replace(/\D/g, '');
}
