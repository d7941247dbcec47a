import type { Drift } from './drifts.ts';
import type { Received, Sent } from './load.ts';
import type { Place } from './places.ts';
import type { Left } from './sandbox.ts';

/** A time span; ms since 1970. */
export type Span = { from: number; to: number };

/** All that is known when an hour is over. */
export type Account = {
  drifts: readonly Drift[];
  sent: readonly Sent[];
  left: readonly Left[];
  places: readonly Place[];
  received: readonly Received[];
  /** Texts of received messages that are rows. */
  recorded: ReadonlySet<string>;
  /** When a server was killed: what left it just before was read by nobody. */
  kills: readonly { url: string; at: number }[];
  calm: readonly Span[];
  churn: Span;
  /** What was done to servers in it. */
  spans: readonly (Span & { name: string })[];
  /** How long a drift may take to be found and mended, and an orphan to be removed. */
  withinMs: number;
  orphanWithinMs: number;
  /** How much longer than in the calm the slowest hundredth may take; not judged without it. */
  slowerAtMost?: number;
};

export type Verdict = { violations: string[]; figures: Record<string, string | number> };

const healsMs = 2_000;
const skewMs = 3_000;
const unreadMs = 1_500;

/** Holds what was done against what servers, rows and users saw. */
export function judge(account: Account): Verdict {
  const violations: string[] = [];
  for (const drift of account.drifts) violations.push(...complaintsAbout(drift, account));
  const doubled = [...Map.groupBy(account.left, ({ text }) => text)].filter(([, each]) => each.length > 1);
  for (const [text] of doubled) violations.push(`"${text}" left twice`);
  const placesOf = Map.groupBy(account.places, ({ numberId }) => numberId);
  const numberOf = new Map(account.sent.map(({ text, numberId }) => [text, numberId]));
  const astray = account.left.filter((each) => isAstray(each, placesOf.get(numberOf.get(each.text ?? '') ?? 0) ?? []));
  for (const { text, instance, url } of astray)
    violations.push(`"${text}" left by ${instance} at ${url}, not its number's`);
  const known = new Set(account.left.map(({ text }) => text));
  const missing = account.sent.filter(({ status, text }) => status === 200 && !known.has(text));
  const unread = missing.filter((each) => mayBeUnread(each, account));
  if (missing.length > unread.length)
    violations.push(`${missing.length - unread.length} were answered 200 and left nowhere`);

  const isHealthy = healthOf(account.drifts, placesOf);
  const healthy = account.sent.filter(isHealthy);
  const failed = healthy.filter(({ status }) => status !== 200);
  for (const { numberId, status, code, at } of failed.slice(0, 20)) {
    const former = account.drifts.filter((drift) => drift.numberId === numberId).map(({ what }) => what);
    const when = `at ${new Date(at).toISOString()}, after ${former.join(' and ') || 'nothing'}`;
    violations.push(`healthy number ${numberId} was answered ${status} ${code} ${when}`);
  }
  const neverIll = (numberId: number, at: number) => isHealthy({ numberId, at, ms: 5_000 });
  const lost = account.received.filter(
    ({ text, numberId, at }) => neverIll(numberId, at) && !account.recorded.has(text),
  );
  if (lost.length > 0) violations.push(`${lost.length} messages that came in for healthy numbers are no rows`);

  const within = (span: Span) => healthy.filter(({ at }) => at >= span.from && at < span.to);
  const calms = account.calm.map((span) => p99Of(within(span)));
  const calm = p99Of(account.calm.flatMap(within));
  const churn = p99Of(within(account.churn));
  const { slowerAtMost } = account;
  if (slowerAtMost !== undefined && churn > Math.max(calm, ...calms) * (1 + slowerAtMost))
    violations.push(`p99 of the healthy is ${churn} ms, and was ${calm} ms in the calm`);
  const during = account.sent.filter(({ at }) => at >= account.churn.from && at < account.churn.to);
  return {
    violations,
    figures: {
      sends: account.sent.length,
      'left their server': account.left.length,
      'through a wrong owner': astray.length,
      doubled: doubled.length,
      'left unread in a kill': unread.length,
      'sends in the churn': during.length,
      'of healthy numbers': within(account.churn).length,
      'refused to healthy numbers': failed.length,
      'refused to broken numbers': during.filter(({ status }) => status !== 200).length - failed.length,
      'received of healthy numbers': account.received.filter(({ numberId, at }) => neverIll(numberId, at)).length,
      'of these lost': lost.length,
      'p99 calm, ms': calms.join(' and '),
      'p99 in the churn, ms': churn,
      ...Object.fromEntries(account.spans.map((span) => [`p99 while ${span.name}, ms`, p99Of(within(span))])),
      'p50 calm, ms': percentile(account.calm.flatMap(within), 0.5),
      'p50 in the churn, ms': percentile(within(account.churn), 0.5),
    },
  };
}

function complaintsAbout(drift: Drift, { withinMs, orphanWithinMs }: Account): string[] {
  const { what, aim, numberId, url, injectedAt, countsFrom, foundAt, mendedAt } = drift;
  const about = `${what} (${numberId === undefined ? url : `number ${numberId}`})`;
  const limit = aim === 'removed' ? orphanWithinMs : withinMs;
  const complaints: string[] = [];
  // What mended itself before anybody looked needed no finding.
  if (foundAt === undefined && mendedAt === undefined) complaints.push(`${about} was not noticed`);
  const isOverBefore = mendedAt !== undefined && foundAt !== undefined && mendedAt < foundAt;
  if (foundAt !== undefined && !isOverBefore && foundAt - injectedAt > limit)
    complaints.push(`${about} was noticed too late`);
  if (mendedAt === undefined)
    complaints.push(`${about} was not ${aim}${drift.lacks === undefined ? '' : `: ${drift.lacks}`}`);
  else if (mendedAt - countsFrom > limit) complaints.push(`${about} was ${aim} too late`);
  if (aim === 'told' && mendedAt !== undefined && drift.scannedAt === undefined)
    complaints.push(`${about} was not open again after its scan`);
  return complaints;
}

/** Whether it left by an instance that was not its number's at that time. */
function isAstray(left: Left, places: readonly Place[]): boolean {
  return !places.some(
    (place) =>
      place.url === left.url &&
      place.name === left.instance &&
      left.at > place.from - skewMs &&
      left.at < place.to + skewMs,
  );
}

function mayBeUnread({ numberId, at, ms }: Sent, { kills, places }: Account): boolean {
  return kills.some(
    (kill) =>
      places.some((place) => place.numberId === numberId && place.url === kill.url) &&
      kill.at > at - unreadMs &&
      kill.at < at + ms + unreadMs,
  );
}

/** Neither it nor its server was broken, being mended or just mended while it was sent. */
function healthOf(drifts: readonly Drift[], placesOf: ReadonlyMap<number, readonly Place[]>) {
  const ofNumber = Map.groupBy(drifts, ({ numberId }) => numberId);
  const ofServer = Map.groupBy(drifts, ({ url }) => url);
  const isIll = (drift: Drift, from: number, to: number) => {
    const endsAt = drift.aim === 'mended' ? drift.mendedAt : drift.scannedAt;
    return drift.aim !== 'removed' && drift.injectedAt < to && (endsAt ?? Number.POSITIVE_INFINITY) + healsMs > from;
  };
  return ({ numberId, at, ms }: Pick<Sent, 'numberId' | 'at' | 'ms'>): boolean => {
    const urls = new Set((placesOf.get(numberId) ?? []).map(({ url }) => url));
    const about = [...(ofNumber.get(numberId) ?? []), ...[...urls].flatMap((url) => ofServer.get(url) ?? [])];
    return !about.some((drift) => isIll(drift, at, at + ms));
  };
}

const p99Of = (some: readonly Sent[]): number => percentile(some, 0.99);

function percentile(some: readonly Sent[], share: number): number {
  const times = some.map(({ ms }) => ms).sort((a, b) => a - b);
  return Math.round(times[Math.floor(share * (times.length - 1))] ?? 0);
}
