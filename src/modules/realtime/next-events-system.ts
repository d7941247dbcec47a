import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

/** How far into a user's events somebody has come: the last sequence that needs not be told any more. */
export type Place = { userId: number; sequence: number };

export type NextEvent = {
  id: string;
  type: string;
  sequence: number;
  at: Date;
  payload: Record<string, unknown>;
  phoneNumberId: number | null;
  number: {
    id: number;
    instanceName: string;
    alias: string | null;
    displayName: string | null;
    phoneNumber: string | null;
  } | null;
};

/** What follows a place, in order. Empty although `latest` lies elsewhere: what was there is kept no longer. */
export type Page = { place: Place; latest: number; events: NextEvent[]; isFull: boolean };

const bytesMax = 262_144;
/** Of one user in one look: whoever goes back again and again delays nobody else. */
const perUserMax = 4;
/** Bounds what is in memory. */
const pagesAtOnce = 32;

/**
 * The next events of each place that something follows, a few pages at a time, the shortest ways first. A user's
 * sequence numbers are given out under a lock that ends with the commit, so whoever sees one sees all before it: what
 * is not there any more is gone, and never yet to come.
 */
export async function* readPages(
  db: Kysely<DB>,
  places: readonly Place[],
  eventsMax: number,
): AsyncGenerator<Page[], void, void> {
  const moved = await findMoved(db, places);
  for (let start = 0; start < moved.length; start += pagesAtOnce) {
    yield await readSome(db, moved.slice(start, start + pagesAtOnce), eventsMax);
  }
}

type Moved = Place & { latest: number };

async function findMoved(db: Kysely<DB>, places: readonly Place[]): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    select user_id as "userId", sequence, latest from (
      select p.user_id, p.sequence, c.sequence as latest,
        row_number() over (partition by p.user_id order by c.sequence - p.sequence) as nth
      from unnest(${places.map((place) => place.userId)}::bigint[], ${places.map((place) => place.sequence)}::bigint[])
        as p (user_id, sequence)
      join event_cursors c on c.user_id = p.user_id and c.sequence <> p.sequence
    ) moved where nth <= ${perUserMax} order by latest - sequence`.execute(db);
  return rows;
}

type Row = Omit<NextEvent, 'number'> & {
  ord: number;
  isLast: boolean;
  numberId: number | null;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
};

async function readSome(db: Kysely<DB>, moved: readonly Moved[], eventsMax: number): Promise<Page[]> {
  const { rows } = await sql<Row>`
    select p.ord::int, ev.id, ev.type, ev.sequence, ev.created_at as at, ev.payload, ev.phone_number_id as "phoneNumberId",
      n.id as "numberId", n.instance_name as "instanceName", n.alias, n.display_name as "displayName",
      n.phone_number as "phoneNumber"
    from unnest(${moved.map((place) => place.userId)}::bigint[], ${moved.map((place) => place.sequence)}::bigint[])
      with ordinality as p (user_id, sequence, ord)
    cross join lateral (
      -- One by one, so that no large payload is read before its turn.
      with recursive walk as (
        (select e.sequence, 1 as nth, octet_length(e.payload::text) as bytes from events e
        where e.user_id = p.user_id and e.sequence > p.sequence order by e.sequence limit 1)
        union all
        select e.sequence, w.nth + 1, w.bytes + octet_length(e.payload::text) from walk w
        join events e on e.user_id = p.user_id and e.sequence = w.sequence + 1
        where w.nth < ${eventsMax} and w.bytes < ${bytesMax}
      )
      select min(sequence) as first, max(sequence) as last from walk
    ) way
    join events ev on ev.user_id = p.user_id and ev.sequence between way.first and way.last
    left join phone_numbers n on n.id = ev.phone_number_id
    order by p.ord, ev.sequence`.execute(db);
  const pages = moved.map(({ userId, sequence, latest }): Page => {
    return { place: { userId, sequence }, latest, events: [], isFull: false };
  });
  for (const row of rows) pages[row.ord - 1]?.events.push(toEvent(row));
  for (const page of pages) page.isFull = (page.events.at(-1)?.sequence ?? page.latest) < page.latest;
  return pages;
}

function toEvent(row: Row): NextEvent {
  const { id, type, sequence, at, payload, phoneNumberId } = row;
  const { numberId, instanceName, alias, displayName, phoneNumber } = row;
  const number = numberId === null ? null : { id: numberId, instanceName, alias, displayName, phoneNumber };
  return { id, type, sequence, at, payload, phoneNumberId, number };
}

/** The user's last sequence; 0 where nothing has happened yet. */
export async function findLatest(db: Kysely<DB>, userId: number): Promise<number> {
  const row = await db.selectFrom('event_cursors').select('sequence').where('user_id', '=', userId).executeTakeFirst();
  return row?.sequence ?? 0;
}
