import { isDeepStrictEqual } from 'node:util';
import type { Sandbox, Shown } from './sandbox.ts';
import type { HourNumber, World } from './world.ts';

/**
 * What has to come of it. `mended`: as it was, by the server's own word · `told`: only a scan helps, so the user hears of it
 * · `found`: not ours to mend, so operators hear of it · `removed`: gone from its server, by the rule of orphans.
 */
export type Aim = 'mended' | 'told' | 'found' | 'removed';

/** One thing that was broken, and when; milliseconds since 1970. */
export type Drift = {
  what: string;
  aim: Aim;
  numberId?: number;
  /** Of the server that was broken as a whole. */
  url?: string;
  injectedAt: number;
  /** When it could be mended at all, for a server that was away. */
  countsFrom: number;
  foundAt?: number;
  mendedAt?: number;
  /** What is missing. */
  lacks?: string;
  /** Of one that needed a scan: when it was open again after it. */
  scannedAt?: number;
};

/** What asks after a drift. Each answers undefined while it is not so. */
export type Watched = { drift: Drift; foundAt(): Promise<number | undefined>; isMended(): Promise<boolean> };

export type NumberDeed = {
  what: string;
  aim: Aim;
  /** Under which of these kinds it may be found. */
  kinds: string[];
  inject(sandbox: Sandbox, name: string): Promise<void>;
  /** A server has it again, under another name. */
  isMadeAnew?: true;
  /** Only looked for by and by: no part of a script that has no time for it. */
  isSlow?: true;
  /** Whether the server shows it as it was before; only asked of `mended`. */
  isAsBefore?(now: Seen, before: Seen): boolean;
};

/** What a server shows of one instance. */
export type Seen = {
  state: string | undefined;
  webhook: Row | null;
  settings: Row | null;
  /** What its gateway believes. */
  status: string | undefined;
};
type Row = Record<string, unknown>;

const webhookDeed = (what: string, change: object): NumberDeed => ({
  what,
  aim: 'mended',
  kinds: ['webhook_differs'],
  inject: (sandbox, name) => sandbox.deed(name, 'change-webhook', change),
  isAsBefore: hasItsWebhook,
});

/** Everything that can be done to one number behind its gateway's back. */
export const numberDeeds: NumberDeed[] = [
  {
    ...webhookDeed('webhook wiped', {}),
    kinds: ['webhook_missing'],
    inject: (sandbox, name) => sandbox.deed(name, 'wipe-webhook'),
  },
  webhookDeed('webhook led elsewhere', { url: 'http://127.0.0.1:9/elsewhere' }),
  webhookDeed('webhook without its header', { headers: {} }),
  webhookDeed('webhook of fewer events', { events: ['MESSAGES_UPSERT'] }),
  webhookDeed('webhook switched off', { enabled: false }),
  webhookDeed('webhook with media in it', { webhookBase64: true }),
  {
    what: 'settings changed',
    aim: 'mended',
    kinds: ['settings_differ'],
    inject: (sandbox, name) => sandbox.deed(name, 'change-settings', { rejectCall: true, groupsIgnore: true }),
    isAsBefore: (now, before) => {
      const own = ({ settings }: Seen) => ({ ...settings, updatedAt: undefined });
      return isDeepStrictEqual(own(now), own(before));
    },
  },
  {
    what: 'connection closed without a word',
    aim: 'mended',
    kinds: ['not_connected', 'state_differs'],
    inject: (sandbox, name) => sandbox.deed(name, 'set-state', { state: 'close' }),
    // Nothing is sent through it before its gateway knows.
    isAsBefore: ({ state, status }) => state === 'open' && status === 'connected',
  },
  {
    what: 'connection hangs in connecting',
    aim: 'mended',
    kinds: ['not_connected', 'state_differs'],
    inject: (sandbox, name) => sandbox.deed(name, 'set-state', { state: 'connecting' }),
    // Nothing is sent through it before its gateway knows.
    isAsBefore: ({ state, status }) => state === 'open' && status === 'connected',
  },
  {
    what: 'instance forgotten',
    aim: 'told',
    isMadeAnew: true,
    kinds: ['instance_missing'],
    inject: (sandbox, name) => sandbox.deed(name, 'forget'),
  },
  {
    what: 'credentials lost, closed without a word',
    aim: 'told',
    kinds: ['not_connected', 'state_differs'],
    async inject(sandbox, name) {
      await sandbox.deed(name, 'lose-session');
      await sandbox.deed(name, 'set-state', { state: 'close' });
    },
  },
  {
    what: 'instance not loaded',
    aim: 'found',
    kinds: ['instance_not_loaded'],
    inject: (sandbox, name) => sandbox.deed(name, 'forget-memory'),
  },
  {
    what: 'Chatwoot and Websocket switched on',
    aim: 'found',
    isSlow: true,
    kinds: ['foreign_setting'],
    inject: (sandbox, name) => sandbox.deed(name, 'switch-on', { what: ['Chatwoot', 'Websocket'] }),
  },
];

async function look(world: World, sandbox: Sandbox, name: string): Promise<Seen | undefined> {
  const shown = (await sandbox.shown())?.get(name);
  if (shown === undefined) return undefined;
  const webhook = (await sandbox.ask('GET', `/webhook/find/${name}`)) ?? null;
  const settings = (await sandbox.ask('GET', `/settings/find/${name}`)) ?? null;
  const [row] = await world.look<{ status: string }>('select status from phone_numbers where backend_name = $1', [
    name,
  ]);
  return { state: shown.state, webhook, settings, status: row?.status };
}

/** Breaks a number by a deed, and says how to find out what came of it. */
export async function breakNumber(world: World, number: HourNumber, deed: NumberDeed): Promise<Watched> {
  const { sandbox, name } = await world.sandboxOf(number);
  const before = await look(world, sandbox, name);
  if (before === undefined) throw new Error(`nothing is shown of ${name}`);
  await deed.inject(sandbox, name);
  const injectedAt = Date.now();
  const drift: Drift = { what: deed.what, aim: deed.aim, numberId: number.id, injectedAt, countsFrom: injectedAt };
  return {
    drift,
    foundAt: () => findingAt(world, name, deed.kinds, injectedAt),
    async isMended() {
      if (deed.isMadeAnew && !(await isMadeAnew(world, number, name))) return false;
      if (deed.aim === 'told') return isTold(world, number, injectedAt);
      if (deed.aim === 'found') return (await findingAt(world, name, deed.kinds, injectedAt)) !== undefined;
      const now = await look(world, sandbox, name);
      return now !== undefined && deed.isAsBefore?.(now, before) === true;
    },
  };
}

async function isMadeAnew(world: World, number: HourNumber, before: string): Promise<boolean> {
  const { sandbox, name } = await world.sandboxOf(number);
  return name !== before && (await sandbox.shown())?.has(name) === true;
}

export async function findingAt(
  world: World,
  name: string,
  kinds: readonly string[],
  since: number,
): Promise<number | undefined> {
  const [row] = await world.look<{ at: Date }>(
    `select min(found_at) as at from findings
     where backend_name = $1 and kind = any($2) and found_at >= to_timestamp($3::float8 / 1000)`,
    [name, kinds, since - 50],
  );
  return row?.at?.getTime();
}

/** Its user has got an event since that says it is not connected any more, or what is to be scanned. */
export async function isTold(world: World, { id }: HourNumber, since: number): Promise<boolean> {
  const rows = await world.look(
    `select 1 from events where phone_number_id = $1 and type like 'number.%' and type <> 'number.connected'
       and created_at >= to_timestamp($2::float8 / 1000)`,
    [id, since],
  );
  return rows.length > 0;
}

export const isOpen = (shown: Map<string, Shown> | undefined, name: string): boolean =>
  shown?.get(name)?.state === 'open';

function hasItsWebhook({ webhook }: Seen, { webhook: before }: Seen): boolean {
  if (webhook === null || before === null) return false;
  const own = ({ url, headers, enabled, webhookByEvents, webhookBase64 }: Row) => ({
    // Each process that takes calls is as good as the others.
    path: new URL(String(url)).pathname,
    headers,
    enabled,
    webhookByEvents,
    webhookBase64,
  });
  const events = (row: Row) => [...(row.events as string[])].sort();
  return isDeepStrictEqual(own(webhook), own(before)) && isDeepStrictEqual(events(webhook), events(before));
}
