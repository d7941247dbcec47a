import { canonicalJid } from '../../evolution/jid.ts';
import { EVOLUTION_MESSAGES, isUrl, sendSchemas } from '../../evolution/wire.ts';
import { type NewDraft, readEmoji } from '../../modules/messages/index.ts';
import type { SendableNumber } from '../../modules/phone-numbers/index.ts';
import { badRequest, requireFits } from './errors.ts';
import { buttonIn } from './message-buttons.ts';
import { keyIn, readOptions } from './message-options.ts';
import type { Wish } from './message-sends.ts';
import { flagOf, isRecord, textOf } from './values.ts';

type Body = Record<string, unknown>;
type ReadBody = (body: Body, number: Pick<SendableNumber, 'integration'>) => Wish;

const textLengthMax = 65_536;
const contentBytesMax = 65_536;

/** What the bodies of sends without a medium ask for, each refused as that server refuses it. */
export const plainSends: Readonly<Record<PlainSend, ReadBody>> = {
  sendText(body, { integration }) {
    requireFits(body, sendSchemas.sendText);
    const text = textIn(body, 'text');
    if (integration !== 'EVOLUTION' && text.trim() === '') throw badRequest(EVOLUTION_MESSAGES.textRequired);
    if (text.length > textLengthMax) throw badRequest([`text does not meet maximum length of ${textLengthMax}`]);
    const linkPreview = flagOf(body.linkPreview);
    const content = { text, ...(linkPreview === undefined ? {} : { link_preview: linkPreview }) };
    return { to: textIn(body, 'number'), draft: { kind: 'text', content }, options: readOptions(body) };
  },

  sendLocation(body) {
    requireFits(body, sendSchemas.sendLocation);
    const { latitude, longitude } = body;
    const words = { name: textIn(body, 'name'), address: textIn(body, 'address') };
    return structured(body, { kind: 'location', content: { latitude, longitude, ...words } });
  },

  sendContact(body) {
    requireFits(body, sendSchemas.sendContact);
    const contacts = recordsIn(body.contact).map(cardOf);
    return { ...structured(body, { kind: 'contact', content: { contacts } }), options: {} };
  },

  sendReaction(body) {
    requireFits(body, sendSchemas.sendReaction);
    const key = keyIn(body.key);
    if (key?.remoteJid === undefined) throw badRequest(EVOLUTION_MESSAGES.quotedMissing);
    const target = { fromMe: false, ...key, remoteJid: canonicalJid(key.remoteJid) };
    return {
      to: key.remoteJid,
      draft: { kind: 'reaction', content: { emoji: emojiOf(textIn(body, 'reaction')), target } },
    };
  },

  sendPoll(body) {
    requireFits(body, sendSchemas.sendPoll);
    const values = Array.isArray(body.values) ? body.values.map(String) : [];
    const count = Number(body.selectableCount);
    if (count > values.length) throw badRequest([`selectableCount must be less than or equal to ${values.length}`]);
    const content = { question: textIn(body, 'name'), options: values, selectable_count: count };
    return structured(body, { kind: 'poll', content });
  },

  sendList(body) {
    requireFits(body, sendSchemas.sendList);
    const content = {
      title: textIn(body, 'title'),
      description: textOf(body.description),
      footer: textIn(body, 'footerText'),
      button_text: textIn(body, 'buttonText'),
      sections: recordsIn(body.sections).map((section) => ({
        title: textIn(section, 'title'),
        rows: recordsIn(section.rows).map((row) => ({
          id: textIn(row, 'rowId'),
          title: textIn(row, 'title'),
          description: textOf(row.description),
        })),
      })),
    };
    return structured(body, { kind: 'list', content });
  },

  sendButtons(body, { integration }) {
    requireFits(body, sendSchemas.sendButtons);
    const buttons = recordsIn(body.buttons);
    if (integration !== 'EVOLUTION') requireSendable(buttons);
    // Only a number with a phone shows a picture above them.
    const picture = integration === 'WHATSAPP-BAILEYS' ? pictureOf(body.thumbnailUrl) : {};
    const content = {
      title: textIn(body, 'title'),
      description: textOf(body.description),
      footer: textOf(body.footer),
      buttons: buttons.map(buttonIn),
      ...(Object.keys(picture).length === 0 ? {} : { has_picture: true }),
      ...('url' in picture ? { media_url: picture.url } : {}),
    };
    const wish = structured(body, { kind: 'buttons', content });
    return 'base64' in picture ? { ...wish, draft: { ...wish.draft, base64: picture.base64 } } : wish;
  },

  sendTemplate(body) {
    requireFits(body, sendSchemas.sendTemplate);
    if (typeof body.number !== 'string') throw badRequest(['instance requires property "number"']);
    const components = Array.isArray(body.components) ? body.components : [];
    const content = { name: textIn(body, 'name'), language: textIn(body, 'language'), components };
    return structured(body, { kind: 'template', content });
  },
};

export type PlainSend =
  | 'sendText'
  | 'sendLocation'
  | 'sendContact'
  | 'sendReaction'
  | 'sendPoll'
  | 'sendList'
  | 'sendButtons'
  | 'sendTemplate';

function structured(body: Body, draft: NewDraft): Wish {
  if (Buffer.byteLength(JSON.stringify(draft.content)) > contentBytesMax)
    throw badRequest([`instance does not meet maximum length of ${contentBytesMax}`]);
  return { to: textIn(body, 'number'), draft, options: readOptions(body) };
}

function pictureOf(given: unknown): { url: string } | { base64: string } | Record<string, never> {
  const text = textOf(given) ?? '';
  if (text === '') return {};
  return isUrl(text) ? { url: text } : { base64: text };
}

function cardOf(card: Body) {
  const shown = textIn(card, 'phoneNumber');
  const digits = (textOf(card.wuid) ?? shown).replace(/@.*$/, '').replace(/\D/g, '');
  if (digits === '') throw badRequest(['"wuid" must be a numeric string']);
  const [organization, email, url] = [card.organization, card.email, card.url].map(textOf);
  return { full_name: textIn(card, 'fullName'), phone_number: digits, shown_as: shown, organization, email, url };
}

function emojiOf(given: string): string {
  try {
    return readEmoji(given);
  } catch {
    throw badRequest(EVOLUTION_MESSAGES.notAnEmoji);
  }
}

// A backend that refuses these says so in words that do not prove that nothing was sent.
function requireSendable(buttons: readonly Body[]): void {
  const types = new Set(buttons.map(({ type }) => type));
  if (buttons.length === 0) throw badRequest('At least one button is required');
  if (types.has('reply')) {
    if (buttons.length > 3) throw badRequest('Maximum of 3 reply buttons allowed');
    if ([...types].some((type) => type !== 'reply' && type !== 'pix'))
      throw badRequest('Reply buttons cannot be mixed with other button types');
  }
  if (types.has('pix') && buttons.length > 1) throw badRequest('Only one PIX button is allowed');
}

function textIn(body: Body, name: string): string {
  return textOf(body[name]) ?? '';
}

function recordsIn(given: unknown): Body[] {
  return Array.isArray(given) ? given.filter(isRecord) : [];
}
