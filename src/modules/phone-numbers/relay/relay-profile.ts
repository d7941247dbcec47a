import type { Privacy, Profile } from '../../../evolution/client-profile.ts';
import type { EvolutionReads } from '../../../evolution/client-reads.ts';
import { DomainError } from '../../../platform/errors.ts';
import { numberNotConnected } from '../errors.ts';
import type { PhoneNumber, SendableNumber } from '../phone-number.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { inTurn, type RelayCall, type To } from './relay-call.ts';
import { requirePhone } from './relay-errors.ts';

export type { Privacy } from '../../../evolution/client-profile.ts';

export type ProfileChange = {
  name?: string;
  about?: string;
  /** Base64; null takes the picture away. */
  picture?: string | null;
};

const changing = { changes: true } as const;

/** What others see of a connected number. All throw what relayed group calls throw. */
export function createRelayProfile(deps: {
  tokens: ResolveToken;
  call: RelayCall;
  numberOf(userId: number, id: number): Promise<Pick<PhoneNumber, 'phoneNumber'> | undefined>;
}) {
  const { tokens, call } = deps;

  async function withPhone(userId: number, id: number): Promise<SendableNumber> {
    const number = await tokens.requireOwn(userId, id);
    requirePhone('show or change its profile', number.integration);
    if (number.status !== 'connected') throw numberNotConnected(number.status);
    return number;
  }

  return {
    async get(userId: number, id: number): Promise<Profile> {
      return call(await withPhone(userId, id), (reads, to) => reads.fetchProfile(to()));
    },

    /** Where a change fails, the error tells which ones were made before it. */
    async change(userId: number, id: number, change: ProfileChange): Promise<void> {
      const number = await withPhone(userId, id);
      const steps = stepsOf(change);
      await inTurn(
        steps.map(([name, step]) => [name, () => call(number, (reads, to) => step(reads, to), changing)] as const),
      );
    },

    /** Of a number, or the user's own where none is given; null where there is none, or none is shown. */
    async picture(userId: number, id: number, given?: string): Promise<{ jid: string; pictureUrl: string | null }> {
      const target = await tokens.requireConnected(userId, id);
      const number = given ?? (await deps.numberOf(userId, id))?.phoneNumber;
      if (number == null) {
        throw new DomainError('invalid_request', 'querystring: number is missing, and the own one is not known yet.', {
          kind: 'invalid',
        });
      }
      return call(target, (reads, to) => reads.fetchProfilePicture({ ...to(), number }));
    },

    async privacy(userId: number, id: number): Promise<Privacy> {
      return call(await withPhone(userId, id), (reads, to) => reads.fetchPrivacy(to()));
    },

    /** What is not given stays: a backend takes all of it or nothing. */
    async changePrivacy(userId: number, id: number, change: Partial<Privacy>): Promise<Privacy> {
      const number = await withPhone(userId, id);
      const before = await call(number, (reads, to) => reads.fetchPrivacy(to()));
      const privacy = { ...before, ...change };
      await call(number, (reads, to) => reads.updatePrivacy({ ...to(), privacy }), changing);
      return privacy;
    },
  };
}

type Step = readonly [name: string, (reads: EvolutionReads, to: To) => Promise<void>];

function stepsOf({ name, about, picture }: ProfileChange): Step[] {
  const steps: (Step | undefined)[] = [
    name === undefined ? undefined : ['name', (reads, to) => reads.updateProfileName({ ...to(), name })],
    about === undefined ? undefined : ['about', (reads, to) => reads.updateProfileStatus({ ...to(), status: about })],
    picture === undefined ? undefined : ['picture_base64', (reads, to) => setPicture(reads, to, picture)],
  ];
  return steps.filter((step) => step !== undefined);
}

function setPicture(reads: EvolutionReads, to: To, picture: string | null): Promise<void> {
  return picture === null ? reads.removeProfilePicture(to()) : reads.updateProfilePicture({ ...to(), base64: picture });
}
