import { pause } from '../../faults/support/wait.ts';
import { breakNumber, type Drift, numberDeeds } from './drifts.ts';
import { type Account, judge, type Span, type Verdict } from './judge.ts';
import { type Load, startLoad } from './load.ts';
import { type Sandbox, sandboxKey } from './sandbox.ts';
import { createServerDeeds } from './servers.ts';
import { startWatch, type Watch } from './watch.ts';
import type { HourNumber, World } from './world.ts';

export type HourOptions = {
  /** Milliseconds of each of the two calm phases, and of the churn. */
  calmMs: number;
  churnMs: number;
  sends: number;
  perSecond: number;
  withinMs: number;
  orphanWithinMs: number;
  slowerAtMost?: number;
  log(line: string): void;
};

/** Rungs that were taken, and what came of them. */
export type Repairs = { kind: string; step: string; outcome: string; detail: string | null; times: number };
export type HourResult = Verdict & { drifts: Watch['drifts']; deeds: string[]; repairs: Repairs[] };

const restMs = 5_000;
/** For what is broken on a server before it is broken itself. */
const waitMs = 40_000;

/** Two calm phases, then everything that can befall a fleet, one server at a time and its numbers all along; then it is judged. */
export async function runHour(world: World, options: HourOptions): Promise<HourResult> {
  const { log } = options;
  const watch = startWatch(world, log);
  const kills: { url: string; at: number }[] = [];
  const deeds: string[] = [];
  const wrongs: string[] = [];
  const load = startLoad(world, { perSecond: options.perSecond, receivedPerSecond: 8, most: options.sends });
  for (const sandbox of world.sandboxes) await sandbox.setKnobs({ scanAfterMs: 'never' });
  const reading = startReading(world);
  await pause(restMs);
  const calm: Span[] = [];
  for (let n = 0; n < 2; n++) {
    const from = Date.now();
    await pause(options.calmMs);
    calm.push({ from, to: Date.now() });
    log(`calm: ${load.sent.length} sends`);
  }
  const churn: Span = { from: Date.now(), to: Date.now() + options.churnMs };
  const steps = createSteps(world, watch, { log, kills, deeds, wrongs });
  const breaking = breakNumbers(world, watch, steps.areCalm, churn, log);
  const spans: (Span & { name: string })[] = [];
  for (const [name, step] of Object.entries(steps.all)) {
    if (Date.now() > churn.to - 20_000) wrongs.push(`the script did not come to its end: ${name}`);
    else {
      const from = Date.now();
      await step().catch((error) => wrongs.push(`${name}: ${error}`));
      spans.push({ name, from, to: Date.now() });
    }
  }
  await breaking;
  await pause(Math.max(0, churn.to - Date.now()));
  churn.to = Date.now();
  log('the churn is over; what is left is waited for');
  await watch.untilOver(Math.max(options.withinMs, 60_000));
  await load.stop();
  await pause(1_000);
  await reading.stop();
  await watch.stop();
  wrongs.push(...(await steps.foreignGone()));
  const verdict = judge(await accountOf(world, load, watch, { ...options, calm, churn, kills, spans }));
  const repairs = await world.look<Repairs>(`
    select f.kind, r.step, r.outcome, r.detail, count(*)::int as times
    from repairs r join findings f on f.id = r.finding_id group by 1, 2, 3, 4 order by 1, 2, 3, 4`);
  return { ...verdict, violations: [...wrongs, ...verdict.violations], drifts: watch.drifts, deeds, repairs };
}

/** One number after another, of servers that nothing else is done to, over the time that leaves enough of it for repairs. */
async function breakNumbers(
  world: World,
  watch: Watch,
  areCalm: (sandbox: Sandbox) => boolean,
  churn: Span,
  log: (line: string) => void,
): Promise<void> {
  const rounds = 5;
  const order = Array.from({ length: rounds }, () => numberDeeds.filter(({ isSlow }) => isSlow !== true)).flat();
  const everyMs = Math.max(200, (churn.to - churn.from - 40_000) / order.length);
  const fresh = [...world.numbers];
  for (const deed of order) {
    const startedAt = Date.now();
    const number = await nextOf(world, fresh, areCalm);
    if (number !== undefined) {
      await breakNumber(world, number, deed).then(
        (watched) => void watch.add(watched),
        (error) => log(`${deed.what}: ${error}`),
      );
    }
    await pause(Math.max(0, everyMs - (Date.now() - startedAt)));
  }
}

async function nextOf(
  world: World,
  fresh: HourNumber[],
  areCalm: (sandbox: Sandbox) => boolean,
): Promise<HourNumber | undefined> {
  for (let tries = 0; tries < fresh.length; tries++) {
    const [number] = fresh.splice(Math.floor(Math.random() * fresh.length), 1);
    if (number === undefined) return undefined;
    if (areCalm((await world.sandboxOf(number)).sandbox)) return number;
    fresh.push(number);
  }
  return undefined;
}

type Notes = {
  log(line: string): void;
  kills: { url: string; at: number }[];
  deeds: string[];
  wrongs: string[];
};

/** What befalls servers, in its order; one at a time. */
function createSteps(world: World, watch: Watch, { log, kills, deeds, wrongs }: Notes) {
  const server = createServerDeeds(world, watch);
  const troubled = new Set<Sandbox>();
  const [first, second, third, fourth] = world.sandboxes as [Sandbox, Sandbox, Sandbox, Sandbox];
  const liar = world.sandboxes.at(-1) as Sandbox;
  const extras: Sandbox[] = [];
  const foreign = 'somebody-elses-instance';

  /** When nothing else of it is broken any more; what was begun there while it was well is judged by itself. */
  async function troubling(sandbox: Sandbox, next: Sandbox | undefined, work: () => Promise<void>): Promise<void> {
    troubled.add(sandbox);
    if (next !== undefined) troubled.add(next);
    const urls = new Map(world.places.all().map(({ numberId, url }) => [numberId, url]));
    const isThere = ({ numberId, aim }: Drift) => aim !== 'removed' && urls.get(numberId ?? 0) === sandbox.url;
    const endsAt = Date.now() + waitMs;
    while (watch.isAnyOpen(isThere) && Date.now() < endsAt) await pause(200);
    await work();
    await pause(restMs);
    troubled.delete(sandbox);
  }
  async function operator(what: string, method: string, path: string, body?: unknown): Promise<void> {
    const { status, body: answer } = await world.operator(method, path, body);
    log(`${what}: ${status}`);
    deeds.push(`${what}: ${status}`);
    if (status > 299) wrongs.push(`${what} was answered ${status}: ${JSON.stringify(answer)}`);
  }

  const all: Record<string, () => Promise<void>> = {
    'orphans and foreign instances': async () => {
      for (let n = 0; n < 3; n++) await server.makeOrphan(fourth, n);
      await pause(500);
      await server.makeForeign(fourth, foreign);
      await server.makeForeign(first, foreign);
      await pause(500);
      log('3 orphans, 2 foreign instances');
    },
    'a server is killed': () =>
      troubling(first, second, async () => {
        kills.push({ url: first.url, at: Date.now() });
        const restart = await server.kill(first);
        await pause(20_000);
        await restart();
        log('the killed server is back');
      }),
    'two servers are added': async () => {
      for (const n of [1, 2]) {
        const extra = await world.addSandbox();
        extras.push(extra);
        await operator(`add server ${n}`, 'POST', '/api/admin/backends', { url: extra.url, api_key: sandboxKey });
      }
      await pause(6_000);
      await world.createNumbers(6);
      const places = await Promise.all(extras.map(async (extra) => (await server.numbersOf(extra)).length));
      deeds.push(`6 new numbers: ${places.join(' and ')} of them on the two new servers`);
      for (const extra of extras) await extra.setKnobs({ scanAfterMs: 'never' });
    },
    'a server hangs': () =>
      troubling(second, liar, async () => {
        const wake = await server.freeze(second);
        await pause(25_000);
        wake();
        log('the server that hung is awake');
      }),
    'a server lies': () =>
      troubling(liar, third, async () => {
        const { applied } = await server.lies(liar, () => pause(45_000));
        log(`${liar.lies()} lies were told`);
        deeds.push(`${liar.lies()} lies were told`);
        wrongs.push(...applied.map((what) => `by a lie: ${what}`));
      }),
    'a server is drained and removed': async () => {
      const extra = extras[0];
      if (extra === undefined) return;
      const id = await world.backendIdOf(extra);
      await operator('drain a server', 'POST', `/api/admin/backends/${id}/drain`);
      for (const { number } of await server.numbersOf(extra)) {
        const now = Date.now();
        watch.add({
          drift: {
            what: 'number moved by an operator',
            aim: 'mended',
            numberId: number.id,
            injectedAt: now,
            countsFrom: now,
          },
          foundAt: async () => now,
          async isMended() {
            if ((await world.sandboxOf(number)).sandbox === extra) return false;
            return (await watch.scan(number)) > 0;
          },
        });
        await operator('move a number', 'POST', `/api/admin/phone-numbers/${number.id}/move`, {});
      }
      await pause(2_000);
      await operator('remove a server', 'DELETE', `/api/admin/backends/${id}`);
    },
    'a server loses its sessions': () =>
      troubling(third, undefined, async () => {
        kills.push({ url: third.url, at: Date.now() });
        await server.loseSessions(third);
        log('a server is back without its sessions');
      }),
  };
  return {
    all,
    areCalm: (sandbox: Sandbox) => !troubled.has(sandbox) && !extras.includes(sandbox),
    async foreignGone(): Promise<string[]> {
      const gone: string[] = [];
      for (const sandbox of [first, fourth]) {
        if (!(await sandbox.shown())?.has(foreign)) gone.push(`${foreign} is gone from ${sandbox.name}`);
      }
      return gone;
    },
  };
}

/** Reads what left the servers, again and again. */
export function startReading(world: World) {
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      for (const sandbox of world.sandboxes) await sandbox.readLedger();
      await pause(1_000);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await reading;
      for (const sandbox of world.sandboxes) await sandbox.readLedger();
    },
  };
}

/** Everything that the judge needs to know. */
export async function accountOf(
  world: World,
  load: Pick<Load, 'sent' | 'received'>,
  watch: Watch,
  facts: Pick<Account, 'calm' | 'churn' | 'spans' | 'kills' | 'withinMs' | 'orphanWithinMs' | 'slowerAtMost'>,
): Promise<Account> {
  const rows = await world.look<{ text: string }>(
    `select content->>'text' as text from messages where direction = 'inbound'`,
  );
  const { calm, churn, spans, kills, withinMs, orphanWithinMs, slowerAtMost } = facts;
  return {
    drifts: watch.drifts,
    sent: load.sent,
    left: world.sandboxes.flatMap(({ left }) => left),
    places: world.places.all(),
    received: load.received,
    recorded: new Set(rows.map(({ text }) => text)),
    calm,
    churn,
    spans,
    kills,
    withinMs,
    orphanWithinMs,
    ...(slowerAtMost === undefined ? {} : { slowerAtMost }),
  };
}
