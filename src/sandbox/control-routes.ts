import type { Control } from './control.ts';
import { ControlError } from './control.ts';
import type { Flood, Inbound } from './inbound.ts';
import type { LedgerSend } from './ledger.ts';
import type { Answer, Json } from './types.ts';
import { asJson, asList, asText } from './world.ts';

export const CONTROL_PREFIX = '/__sandbox';

type ControlCall = { method: string; path: string; query: Json; body: Json };
type Deed = (control: Control, name: string, body: Json) => unknown;

/** Answers 404 for unknown paths and 400 with a sentence for what cannot be done. */
export async function answerControl(control: Control, call: ControlCall): Promise<Answer> {
  try {
    const found = await route(control, call);
    return found === undefined ? { status: 404, body: { error: `no ${call.method} ${call.path}` } } : found;
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { error: error.message } };
    throw error;
  }
}

async function route(control: Control, call: ControlCall): Promise<Answer | undefined> {
  const [area, name, action] = call.path
    .slice(CONTROL_PREFIX.length + 1)
    .split('/')
    .map(decodeURIComponent);
  const ok = (body: unknown): Answer => ({ status: 200, body });
  switch (`${call.method} ${area ?? ''}`) {
    case 'GET knobs':
      return ok(control.knobs());
    case 'PATCH knobs':
      return ok(control.setKnobs(call.body));
    case 'GET ledger':
      return ok(readLedger(control, call.query));
    case 'DELETE ledger':
      control.ledger.clear();
      return ok({ cleared: true });
    case 'GET instances':
      return ok(control.instances());
    case 'POST restart':
      control.restart();
      return ok({ restarted: true });
    case 'POST instances': {
      const deed = deeds[action ?? ''];
      if (!deed || !name) return undefined;
      return ok({ done: action, result: (await deed(control, name, call.body)) ?? null });
    }
    default:
      return undefined;
  }
}

const deeds: Record<string, Deed> = {
  scan: (control, name, body) =>
    control.scan(name, { ...optional('number', body.number), ...optional('profileName', body.profileName) }),
  drop: (control, name, body) => control.drop(name, typeof body.code === 'number' ? body.code : undefined),
  'remove-device': (control, name) => control.removeDevice(name),
  connect: (control, name) => control.connect(name),
  receive: (control, name, body) => control.receive(name, asInbound(body)),
  'receive-many': async (control, name, body) => ({ ids: await control.receiveMany(name, asFlood(body)) }),
  echo: (control, name, body) => void control.echo(name, String(body.id)),
  ack: (control, name, body) => void control.acknowledge(name, String(body.id), String(body.status ?? 'READ')),
  emit: (control, name, body) => void control.emit(name, String(body.event), body.data ?? null),
  'forget-row': (control, name) => control.forgetRow(name),
  'forget-memory': (control, name) => control.forgetMemory(name),
  'wipe-webhook': (control, name) => control.wipeWebhook(name),
  'change-webhook': (control, name, body) => control.changeWebhook(name, body),
  'change-settings': (control, name, body) => control.changeSettings(name, body),
  'switch-on': (control, name, body) => control.switchOn(name, asList(body.what).map(String)),
  'set-state': (control, name, body) => control.setState(name, asState(body.state)),
  'lose-session': (control, name) => control.loseSession(name),
  forget: (control, name) => control.forget(name),
};

const states = ['open', 'connecting', 'close', 'refused'] as const;

function asState(value: unknown): (typeof states)[number] {
  const state = states.find((each) => each === value);
  if (state === undefined) throw new ControlError(`state: one of ${states.join(', ')}`);
  return state;
}

function readLedger(control: Control, query: Json): Json {
  const after = Number(query.after ?? 0);
  const wanted = String(query.kind ?? 'sends,calls,hooks').split(',');
  const newer = <T extends { seq: number }>(entries: readonly T[]) => entries.filter((entry) => entry.seq > after);
  const filter: Partial<Pick<LedgerSend, 'instance' | 'number' | 'text'>> = {};
  for (const field of ['instance', 'number', 'text'] as const) {
    const value = asText(query[field]);
    if (value !== undefined) filter[field] = value;
  }
  return {
    ...(wanted.includes('sends') ? { sends: newer(control.ledger.sends(filter)) } : {}),
    ...(wanted.includes('calls') ? { calls: newer(control.ledger.calls()) } : {}),
    ...(wanted.includes('hooks') ? { hooks: newer(control.ledger.hooks()) } : {}),
    dropped: control.ledger.dropped(),
  };
}

function asFlood(body: Json): Flood {
  const whole = (value: unknown) => (Number.isInteger(value) && Number(value) > 0 ? Number(value) : undefined);
  const count = whole(body.count);
  if (count === undefined || count > 100_000) throw new ControlError('count: a whole number from 1 to 100000');
  const senders = whole(body.senders);
  const perSecond = typeof body.perSecond === 'number' && body.perSecond > 0 ? body.perSecond : undefined;
  return {
    count,
    inbound: asInbound(body),
    ...(senders === undefined ? {} : { senders }),
    ...(perSecond === undefined ? {} : { perSecond }),
  };
}

function asInbound(body: Json): Inbound {
  if (typeof body.from !== 'string') throw new ControlError('from: digits or a JID');
  const { mediatype, base64, url, caption, fileName, mimetype } = asJson(body.media);
  const media =
    typeof mediatype === 'string'
      ? {
          media: {
            mediatype,
            ...optional('base64', base64),
            ...optional('url', url),
            ...optional('caption', caption),
            ...optional('fileName', fileName),
            ...optional('mimetype', mimetype),
          },
        }
      : {};
  return {
    from: body.from,
    ...optional('text', body.text),
    ...optional('pushName', body.pushName),
    ...optional('id', body.id),
    ...(body.fromMe === true ? { fromMe: true } : {}),
    ...media,
  };
}

function optional<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  return (typeof value === 'string' ? { [key]: value } : {}) as { [P in K]?: string };
}
