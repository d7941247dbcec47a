import { textOf } from './values.ts';

const keyTypes = ['phone', 'email', 'cpf', 'cnpj', 'random'] as const;

/** A button of a body that fits its schema, as a message keeps it. */
export function buttonIn(button: Record<string, unknown>) {
  const field = (name: string) => textOf(button[name]) ?? '';
  const text = field('displayText');
  switch (button.type) {
    case 'url':
      return { type: 'url', text, url: field('url') };
    case 'call':
      return { type: 'call', text, phone_number: field('phoneNumber') };
    case 'copy':
      return { type: 'copy', text, code: field('copyCode') };
    case 'pix': {
      const key_type = keyTypes.find((each) => each === button.keyType) ?? 'random';
      return { type: 'pix', currency: field('currency'), name: field('name'), key_type, key: field('key') };
    }
    default:
      return { type: 'reply', text, id: field('id') };
  }
}
