import type { Kysely } from 'kysely';
import { chatKey } from '../../evolution/jid.ts';
import { notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { poolOfAll, type Strategy } from './pool.ts';
import {
  type Candidate,
  findAllNumbers,
  findCandidates,
  findRecipientNumber,
  saveRecipientNumber,
} from './pools-repository.ts';

/** Phone numbers of a pool in the order in which to try them. */
export type Turn = {
  /** Those that are connected. */
  connected: number[];
  /** The others; a message that may wait can be left to them. */
  others: number[];
  /** To be told which one took the message. */
  took(phoneNumberId: number): Promise<void>;
};

type Picture = {
  poolId: number | null;
  strategy: Strategy;
  members: Candidate[];
  readAt: number;
  /** Taken here since the picture was read, by number. */
  taken: Map<number, number>;
};

const freshMs = 1_000;
const picturesMax = 10_000;

/**
 * Whose turn it is. The numbers are read once a second per pool and process; the turn goes round in each process by
 * itself. Throws `not_found`.
 */
export function createChooseNumber(deps: { db: Kysely<DB> }) {
  const pictures = new Map<string, Picture>();
  const flights = new Map<string, Promise<Picture>>();
  const turns = new Map<string, number>();

  return async function chooseNumber(userId: number, poolName: string, recipient: string): Promise<Turn> {
    const name = `${userId} ${poolName}`;
    const picture = await pictureOf(name, userId, poolName);
    const connected = picture.members.filter(({ status }) => status === 'connected');
    const others = picture.members.filter(({ status }) => status !== 'connected').map(({ id }) => id);
    const { poolId, strategy, taken } = picture;
    const count = (id: number) => void taken.set(id, (taken.get(id) ?? 0) + 1);
    const inOrder = strategy === 'least_used' ? byUse(connected, taken) : inTurn(name, connected);
    const ids = inOrder.map(({ id }) => id);
    // Counted when chosen: those who ask at the same time must not all get the same one.
    if (ids[0] !== undefined) count(ids[0]);
    if (strategy !== 'sticky' || poolId === null) return { connected: ids, others, took: async () => undefined };

    const key = chatKey(recipient);
    const last = await findRecipientNumber(deps.db, poolId, key);
    return {
      connected: last !== undefined && ids.includes(last) ? [last, ...ids.filter((id) => id !== last)] : ids,
      others,
      took: (phoneNumberId) => saveRecipientNumber(deps.db, poolId, key, phoneNumberId),
    };
  };

  function inTurn(name: string, members: readonly Candidate[]): Candidate[] {
    if (members.length === 0) return [];
    const turn = turns.get(name) ?? 0;
    turns.delete(name);
    turns.set(name, turn + 1);
    forgetOldest(turns);
    const start = turn % members.length;
    return [...members.slice(start), ...members.slice(0, start)];
  }

  function pictureOf(name: string, userId: number, poolName: string): Picture | Promise<Picture> {
    const known = pictures.get(name);
    if (known !== undefined && performance.now() - known.readAt < freshMs) return known;
    const flight = flights.get(name) ?? read(name, userId, poolName).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  }

  async function read(name: string, userId: number, poolName: string): Promise<Picture> {
    pictures.delete(name);
    const found =
      poolName === poolOfAll
        ? { id: null, strategy: 'round_robin' as const, members: await findAllNumbers(deps.db, userId) }
        : await findCandidates(deps.db, userId, poolName);
    if (found === undefined) throw notFound('Pool');
    const { id: poolId, strategy, members } = found;
    const picture = { poolId, strategy, members, readAt: performance.now(), taken: new Map<number, number>() };
    pictures.set(name, picture);
    forgetOldest(pictures);
    return picture;
  }
}

function byUse(members: readonly Candidate[], taken: ReadonlyMap<number, number>): Candidate[] {
  const use = ({ id, sentToday }: Candidate) => sentToday + (taken.get(id) ?? 0);
  return [...members].sort((a, b) => use(a) - use(b));
}

function forgetOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > picturesMax && oldest !== undefined) map.delete(oldest);
}
