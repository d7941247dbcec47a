import { createSchema, EVOLUTION_EVENTS, EVOLUTION_MESSAGES } from '../../evolution/wire.ts';
import { aliasLengthMax, isAlias, type NumberSettings, type PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import type { EvolutionEndpointWish } from '../../modules/webhooks/index.ts';
import { badRequest, forbidden, requireFits } from './errors.ts';
import { requireNoWavoip, settingsOf } from './settings-body.ts';
import { isRecord, textOf } from './values.ts';
import { headersOf } from './webhook-body.ts';

type CreateInput = Parameters<PhoneNumbers['create']>[0];

/** What a create asks for, apart from whose it is. Only the fields named here are looked at. */
export type CreateWish = Pick<CreateInput, 'integration' | 'number' | 'pairingNumber' | 'official'> & {
  name: string;
  wantsQr: boolean;
  settings: Partial<NumberSettings>;
  endpoint: EvolutionEndpointWish | undefined;
};

/** Throws what is refused of it: 400 for what cannot be, 403 for what is not offered here, or not to this caller. */
export function readCreate(body: Record<string, unknown>, role: 'user' | 'operator'): CreateWish {
  const { instanceName } = body;
  // Told so there, too.
  if (instanceName === undefined) throw forbidden(EVOLUTION_MESSAGES.nameInUse('undefined'));
  requireFits(body, createSchema);
  const name = requireName(textOf(instanceName) ?? '');
  const line = lineOf(body, role);
  refuseElsewhere(body);
  requireNoWavoip(body);
  return {
    name,
    ...line,
    wantsQr: body.qrcode === true,
    settings: settingsOf(body),
    endpoint: endpointOf(body.webhook),
  };
}

function requireName(name: string): string {
  if (name === '') throw badRequest(['instanceName does not meet minimum length of 1']);
  if (isAlias(name)) return name;
  throw badRequest([
    `instanceName has at most ${aliasLengthMax} characters, no control characters, and not the form user_<number>_…`,
  ]);
}

function lineOf(
  body: Record<string, unknown>,
  role: 'user' | 'operator',
): Pick<CreateWish, 'integration' | 'number' | 'pairingNumber' | 'official'> {
  const { integration } = body;
  const given = textOf(body.number) ?? '';
  const number = given === '' ? undefined : requireDigits(given, integration === 'WHATSAPP-BUSINESS' ? 20 : 15);
  const token = textOf(body.token) ?? '';
  switch (integration) {
    case 'WHATSAPP-BAILEYS':
      refuseToken(token);
      return { integration, ...(number === undefined ? {} : { pairingNumber: number }) };
    case 'EVOLUTION':
      requireOperator(integration, role);
      refuseToken(token);
      if (number === undefined) throw badRequest(['instance requires property "number"']);
      return { integration, number };
    case 'WHATSAPP-BUSINESS': {
      requireOperator(integration, role);
      const businessId = textOf(body.businessId) ?? '';
      if (number === undefined || !/^\d{5,30}$/.test(businessId) || !/^[\x21-\x7e]{20,1000}$/.test(token))
        throw badRequest(['integration WHATSAPP-BUSINESS needs number, businessId and token, as Meta gave them']);
      return { integration, number, official: { businessId, accessToken: token } };
    }
    default:
      throw badRequest(EVOLUTION_MESSAGES.invalidIntegration);
  }
}

function requireOperator(integration: string, role: 'user' | 'operator'): void {
  if (role !== 'operator') throw forbidden(`integration ${integration} is for operators.`);
}

function refuseToken(token: string): void {
  if (token !== '') throw forbidden('token: it is made here, and told once as hash. Leave it out.');
}

// It may come with the rest of an address behind it.
function requireDigits(given: string, digitsMax: number): string {
  const digits = /^\d+/.exec(given)?.[0] ?? '';
  if (digits.length < 8 || digits.length > digitsMax) throw badRequest([`number has 8 to ${digitsMax} digits`]);
  return digits;
}

const elsewhere: ReadonlyMap<RegExp, string> = new Map([
  [/^proxy/, 'phone numbers leave by the way that the operator laid.'],
  [/^(rabbitmq|sqs|nats|kafka|pusher|websocket)/, 'events are delivered by webhooks alone.'],
  [/^(chatwoot|typebot|openai|dify|flowise|n8n|evoai|evolutionBot)/, 'bots and inboxes are not run here.'],
]);

function refuseElsewhere(body: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(body)) {
    for (const [pattern, reason] of elsewhere) {
      if (pattern.test(field) && isAsked(value)) throw forbidden(`${field.slice(0, 80)}: ${reason}`);
    }
  }
}

// Clients fill what nobody asked for with nothing.
function isAsked(value: unknown): boolean {
  if (isRecord(value)) return value.enabled !== false && Object.values(value).some(isAsked);
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

// Names that nobody knows were taken there on a create, and called with nothing.
function endpointOf(webhook: unknown): EvolutionEndpointWish | undefined {
  if (!isRecord(webhook)) return undefined;
  const url = textOf(webhook.url) ?? '';
  if (url === '') return undefined;
  const { byEvents, base64, events } = webhook;
  const named = Array.isArray(events) ? EVOLUTION_EVENTS.filter((name) => events.includes(name)) : [];
  const isAll = !Array.isArray(events) || events.length === 0;
  return {
    url,
    enabled: true,
    events: isAll ? EVOLUTION_EVENTS : named,
    byEvents: byEvents === true,
    base64: base64 === true,
    headers: headersOf(webhook.headers),
  };
}
