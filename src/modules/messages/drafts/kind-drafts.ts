import type {
  buttonsFields,
  contactFields,
  FieldsOf,
  listFields,
  locationFields,
  pollFields,
  statusFields,
  templateFields,
} from '../routes/kind-schemas.ts';
import { requireButtons, requireComponents, requireList, requirePoll, requireStatus } from './kind-checks.ts';

/** What is kept of each kind, made of what its request says. */
type Content = Record<string, unknown>;

export function locationContent(body: FieldsOf<typeof locationFields>): Content {
  const { latitude, longitude, name, address } = body;
  return { latitude, longitude, name, address };
}

export function contactContent({ contacts }: FieldsOf<typeof contactFields>): Content {
  return { contacts: contacts.map((contact) => ({ ...contact, phone_number: digitsIn(contact.phone_number) })) };
}

export function pollContent(body: FieldsOf<typeof pollFields>): Content {
  const { question, options, selectable_count = 1 } = body;
  requirePoll(options, selectable_count);
  return { question, options, selectable_count };
}

export function listContent(body: FieldsOf<typeof listFields>): Content {
  const { title, description, footer, button_text, sections } = body;
  requireList(sections);
  return { title, description, footer, button_text, sections };
}

export function buttonsContent(body: FieldsOf<typeof buttonsFields>): Content {
  const { title, description, footer, buttons } = body;
  requireButtons(buttons);
  return {
    title,
    description,
    footer,
    buttons: buttons.map((button) =>
      button.type === 'call' ? { ...button, phone_number: digitsIn(button.phone_number) } : button,
    ),
  };
}

export function templateContent(body: FieldsOf<typeof templateFields>): Content {
  const { name, language, components = [] } = body;
  requireComponents(components);
  return { name, language, components };
}

export function statusContent(body: FieldsOf<typeof statusFields>): Content {
  requireStatus(body);
  const { type, text, caption, background_color, font, mediaUrl, audience } = body;
  return {
    type,
    // The backend takes no text without both.
    ...(type === 'text' ? { text, background_color: background_color ?? '#128C7E', font: font ?? 1 } : {}),
    media_url: mediaUrl,
    caption,
    audience: audience?.map(digitsIn),
  };
}

function digitsIn(text: string): string {
  return text.replace(/\D/g, '');
}
