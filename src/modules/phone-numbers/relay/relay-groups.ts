import type {
  EphemeralSeconds,
  Group,
  Participant,
  ParticipantAction,
  ParticipantChange,
} from '../../../evolution/client-groups.ts';
import type { EvolutionReads } from '../../../evolution/client-reads.ts';
import { canonicalJid } from '../../../evolution/jid.ts';
import { numberNotConnected } from '../errors.ts';
import type { SendableNumber } from '../phone-number.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { inTurn, type RelayCall, type To } from './relay-call.ts';
import { requirePhone } from './relay-errors.ts';

export type WholeGroup = Group & { participants: Participant[] };

export type GroupChange = {
  subject?: string;
  description?: string;
  onlyAdminsWrite?: boolean;
  onlyAdminsEdit?: boolean;
  disappearAfterSeconds?: EphemeralSeconds;
};

const changing = { changes: true } as const;

/**
 * The groups of a connected number. All throw `not_found`, `action_not_supported` for a number without a phone,
 * `number_not_connected`, and what a relayed call throws.
 */
export function createRelayGroups(deps: { tokens: Pick<ResolveToken, 'requireOwn'>; call: RelayCall }) {
  const { tokens, call } = deps;

  async function numberOf(userId: number, id: number): Promise<SendableNumber> {
    const number = await tokens.requireOwn(userId, id);
    requirePhone('have groups', number.integration);
    if (number.status !== 'connected') throw numberNotConnected(number.status);
    return number;
  }

  return {
    /** All of them, by address. */
    async list(userId: number, id: number): Promise<Group[]> {
      const groups = await call(await numberOf(userId, id), (reads, to) => reads.fetchAllGroups(to()));
      return groups.sort((one, other) => (one.jid < other.jid ? -1 : 1));
    },

    async get(userId: number, id: number, groupJid: string): Promise<WholeGroup> {
      return call(await numberOf(userId, id), (reads, to) => reads.findGroup({ ...to(), groupJid }));
    },

    /** Numbers without WhatsApp are left out by the backend. */
    async create(
      userId: number,
      id: number,
      wish: { subject: string; description?: string; numbers: readonly string[] },
    ): Promise<WholeGroup> {
      const { numbers, ...words } = wish;
      const participants = addressesOf(numbers);
      return call(
        await numberOf(userId, id),
        (reads, to) => reads.createGroup({ ...to(), ...words, participants }),
        changing,
      );
    },

    /** The group as it is then. Where a change fails, the error tells which ones were made before it. */
    async change(userId: number, id: number, groupJid: string, change: GroupChange): Promise<WholeGroup> {
      const number = await numberOf(userId, id);
      await inTurn(
        stepsOf(change).map(
          ([name, step]) => [name, () => call(number, (reads, to) => step(reads, to, groupJid), changing)] as const,
        ),
      );
      return call(number, (reads, to) => reads.findGroup({ ...to(), groupJid }));
    },

    async changeParticipants(
      userId: number,
      id: number,
      groupJid: string,
      wish: { action: ParticipantAction; numbers: readonly string[] },
    ): Promise<ParticipantChange[]> {
      const { action, numbers } = wish;
      const participants = addressesOf(numbers);
      return call(
        await numberOf(userId, id),
        (reads, to) => reads.updateParticipants({ ...to(), groupJid, action, participants }),
        changing,
      );
    },

    async inviteCode(userId: number, id: number, groupJid: string): Promise<string> {
      return call(await numberOf(userId, id), (reads, to) => reads.inviteCode({ ...to(), groupJid }));
    },

    /** Ends the code that there is; answers the new one. */
    async revokeInviteCode(userId: number, id: number, groupJid: string): Promise<string> {
      return call(await numberOf(userId, id), (reads, to) => reads.revokeInviteCode({ ...to(), groupJid }), changing);
    },

    async leave(userId: number, id: number, groupJid: string): Promise<void> {
      return call(await numberOf(userId, id), (reads, to) => reads.leaveGroup({ ...to(), groupJid }), changing);
    },
  };
}

type Step = readonly [name: string, (reads: EvolutionReads, to: To, groupJid: string) => Promise<void>];

function stepsOf(change: GroupChange): Step[] {
  const { subject, description, onlyAdminsWrite, onlyAdminsEdit, disappearAfterSeconds: seconds } = change;
  const steps: (Step | undefined)[] = [
    subject === undefined
      ? undefined
      : ['subject', (reads, to, groupJid) => reads.updateGroupSubject({ ...to(), groupJid, subject })],
    description === undefined
      ? undefined
      : ['description', (reads, to, groupJid) => reads.updateGroupDescription({ ...to(), groupJid, description })],
    onlyAdminsWrite === undefined
      ? undefined
      : [
          'only_admins_write',
          (reads, to, groupJid) =>
            reads.updateGroupSetting({
              ...to(),
              groupJid,
              setting: onlyAdminsWrite ? 'announcement' : 'not_announcement',
            }),
        ],
    onlyAdminsEdit === undefined
      ? undefined
      : [
          'only_admins_edit',
          (reads, to, groupJid) =>
            reads.updateGroupSetting({ ...to(), groupJid, setting: onlyAdminsEdit ? 'locked' : 'unlocked' }),
        ],
    seconds === undefined
      ? undefined
      : ['disappear_after_seconds', (reads, to, groupJid) => reads.toggleEphemeral({ ...to(), groupJid, seconds })],
  ];
  return steps.filter((step) => step !== undefined);
}

// Whole addresses: a bare number of fewer than ten digits is refused there.
function addressesOf(numbers: readonly string[]): string[] {
  return [...new Set(numbers.map((number) => (number.includes('@') ? number : canonicalJid(number))))];
}
