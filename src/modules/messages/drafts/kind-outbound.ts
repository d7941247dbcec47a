import type { Button, ContactCard, MessageRef, Outbound, OutboundKind } from '../../../evolution/outbound.ts';
import { type MediaKind, mediaKindOf } from './kind-media.ts';

type PlainKind = Exclude<OutboundKind, MediaKind | 'status'>;

/** Whether its content says everything: no medium, and none that depends on the content. */
export function isPlain(kind: OutboundKind): kind is PlainKind {
  return kind !== 'status' && mediaKindOf(kind, {}) === null;
}

/** The message that a content of such a kind stands for; what was kept had been checked when it came. */
export function outboundOf(kind: PlainKind, kept: Record<string, unknown>): Outbound {
  const content = kept as Kept;
  switch (kind) {
    case 'text':
      return { kind, text: content.text ?? '', ...defined({ linkPreview: content.link_preview }) };
    case 'location': {
      const { latitude = 0, longitude = 0, name, address } = content;
      return { kind, latitude, longitude, ...defined({ name, address }) };
    }
    case 'contact':
      return { kind, contacts: (content.contacts ?? []).map(cardOf) };
    case 'reaction':
      return { kind, emoji: content.emoji ?? '', target: content.target ?? { id: '', remoteJid: '', fromMe: false } };
    case 'poll': {
      const { question = '', options = [], selectable_count: selectableCount = 1 } = content;
      return { kind, question, options, selectableCount };
    }
    case 'list': {
      const { title = '', description, footer, button_text: buttonText = '', sections = [] } = content;
      return { kind, title, buttonText, sections, ...defined({ description, footer }) };
    }
    case 'buttons': {
      const { title = '', description, footer, buttons = [] } = content;
      return { kind, title, buttons: buttons.map(buttonOf), ...defined({ description, footer }) };
    }
    case 'template': {
      const { name = '', language = '', components = [] } = content;
      return { kind, name, language, components };
    }
    default:
      return kind satisfies never;
  }
}

/** A status whose medium, if it has one, is at `mediumUrl`. */
export function statusOf(kept: Record<string, unknown>, mediumUrl: string | undefined): Outbound {
  const { type = 'text', text = '', caption, background_color: backgroundColor, font, audience } = kept as Kept;
  return {
    kind: 'status',
    type,
    content: mediumUrl ?? text,
    ...defined({ caption, backgroundColor, font, audience }),
  };
}

type KeptCard = {
  full_name: string;
  phone_number: string;
  shown_as?: string;
  organization?: string;
  email?: string;
  url?: string;
};
type KeptButton =
  | { type: 'reply'; text: string; id: string }
  | { type: 'url'; text: string; url: string }
  | { type: 'call'; text: string; phone_number: string }
  | { type: 'copy'; text: string; code: string }
  | {
      type: 'pix';
      currency: string;
      name: string;
      key_type: 'phone' | 'email' | 'cpf' | 'cnpj' | 'random';
      key: string;
    };

type Kept = Partial<{
  text: string;
  link_preview: boolean;
  latitude: number;
  longitude: number;
  name: string;
  address: string;
  contacts: KeptCard[];
  emoji: string;
  target: MessageRef;
  question: string;
  options: string[];
  selectable_count: number;
  title: string;
  description: string;
  footer: string;
  button_text: string;
  sections: Extract<Outbound, { kind: 'list' }>['sections'];
  buttons: KeptButton[];
  language: string;
  components: unknown[];
  type: Extract<Outbound, { kind: 'status' }>['type'];
  caption: string;
  background_color: string;
  font: number;
  audience: string[];
}>;

function cardOf(card: KeptCard): ContactCard {
  const { full_name: fullName, phone_number: phoneNumber, shown_as: shownAs, organization, email, url } = card;
  return { fullName, phoneNumber, ...defined({ shownAs, organization, email, url }) };
}

function buttonOf(button: KeptButton): Button {
  switch (button.type) {
    case 'call':
      return { type: button.type, text: button.text, phoneNumber: button.phone_number };
    case 'pix': {
      const { type, currency, name, key_type: keyType, key } = button;
      return { type, currency, name, keyType, key };
    }
    default:
      return button;
  }
}

type Defined<T> = { [K in keyof T]?: NonNullable<T[K]> };

function defined<T extends Record<string, unknown>>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
