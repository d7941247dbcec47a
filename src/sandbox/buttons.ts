import { badRequest } from './errors.ts';
import type { Json } from './types.ts';
import type { World } from './world.ts';

const names: Record<string, string> = {
  reply: 'quick_reply',
  copy: 'cta_copy',
  url: 'cta_url',
  call: 'cta_call',
  pix: 'payment_info',
};
const pixKeys: Record<string, string> = { phone: 'PHONE', email: 'EMAIL', cpf: 'CPF', cnpj: 'CNPJ', random: 'EVP' };

/** The interactive message of buttons, and what the server says of combinations it does not send. */
export function interactiveMessage(world: World, body: Json, buttons: Json[], picture: Json | undefined): Json {
  requireSendable(buttons);
  const nativeFlowMessage = {
    buttons: buttons.map((button) => ({
      name: names[String(button.type)],
      buttonParamsJson: paramsOf(world, button),
    })),
    messageParamsJson: JSON.stringify({ from: 'api', templateId: world.identifiers.uuid() }),
  };
  if (buttons[0]?.type === 'pix') return { nativeFlowMessage };
  const description = body.description ? `\n\n${body.description}\n` : '';
  return {
    body: { text: `*${body.title}*${description}` },
    footer: { text: body.footer },
    ...(picture ? { header: { hasMediaAttachment: true, imageMessage: picture } } : {}),
    nativeFlowMessage,
  };
}

function requireSendable(buttons: Json[]): void {
  const has = (test: (type: unknown) => boolean) => buttons.some((button) => test(button.type));
  const others = has((type) => type !== 'reply' && type !== 'pix');
  if (buttons.length === 0) throw badRequest('At least one button is required');
  if (has((type) => type === 'reply')) {
    if (buttons.length > 3) throw badRequest('Maximum of 3 reply buttons allowed');
    if (others) throw badRequest('Reply buttons cannot be mixed with other button types');
  }
  if (has((type) => type === 'pix')) {
    if (buttons.length > 1) throw badRequest('Only one PIX button is allowed');
  }
}

function paramsOf(world: World, button: Json): string {
  const display_text = button.displayText;
  switch (button.type) {
    case 'reply':
      return JSON.stringify({ display_text, id: button.id });
    case 'copy':
      return JSON.stringify({ display_text, copy_code: button.copyCode });
    case 'url':
      return JSON.stringify({ display_text, url: button.url, merchant_url: button.url });
    case 'call':
      return JSON.stringify({ display_text, phone_number: button.phoneNumber });
    case 'pix':
      return JSON.stringify(payment(world, button));
    default:
      return '';
  }
}

function payment(world: World, button: Json): Json {
  const nothing = { value: 0, offset: 100 };
  const key = { merchant_name: button.name, key: button.key, key_type: pixKeys[String(button.keyType)] };
  return {
    currency: button.currency,
    total_amount: nothing,
    reference_id: world.identifiers.pairingCode(),
    type: 'physical-goods',
    order: { status: 'pending', subtotal: nothing, order_type: 'ORDER', items: [{ name: '', amount: nothing }] },
    payment_settings: [{ type: 'pix_static_code', pix_static_code: key }],
    share_payment_status: false,
  };
}
