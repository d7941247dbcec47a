import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Evidence,
  pairEvidence,
  type UnprovenMessage,
} from '../../../src/modules/messages/evidence/pair-evidence.ts';

const at = (second: number) => new Date(1_800_000_000_000 + second * 1_000);

const says = { a: 'text body=a', b: 'text body=b', voice: 'audio sha256=1', otherVoice: 'audio sha256=2' };
const tells = { a: 'text body=a', b: 'text body=b', voice: 'audio sha256=9' };

function message(id: string, second: number, fields: Partial<UnprovenMessage> = {}): UnprovenMessage {
  return { id, calledAt: at(second), fingerprint: says.a, chat: 'x', ...fields };
}

function echo(waId: string, second: number, fields: Partial<Evidence> = {}): Evidence {
  return { waId, echoedAt: at(second), saidAt: at(second), fingerprint: tells.a, chat: 'x', ...fields };
}

const pairs = (...args: Parameters<typeof pairEvidence>) =>
  pairEvidence(...args).map(({ messageId, waId }) => `${messageId}=${waId}`);

describe('an unknown message was sent', () => {
  test('when an echo tells of it, and the oldest of twins first', () => {
    const twins = [message('m2', 2), message('m1', 1), message('m3', 3)];
    expect(pairs(twins, [], [echo('e2', 20), echo('e1', 10)])).toEqual(['m1=e1', 'm2=e2']);
  });

  test('not by an echo that is older, of another chat or of other content', () => {
    const unknown = [message('m1', 10)];
    expect(pairs(unknown, [], [echo('e', 9), echo('f', 11, { chat: 'y' })])).toEqual([]);
    expect(pairs(unknown, [], [echo('e', 11, { fingerprint: tells.b })])).toEqual([]);
  });

  test('not by an echo that a twin in flight may claim, but by one that came before that twin was called', () => {
    const unknown = [message('m1', 1)];
    expect(pairs(unknown, [message('m2', 5)], [echo('e', 6)])).toEqual([]);
    expect(pairs(unknown, [message('m2', 5)], [echo('e', 4)])).toEqual(['m1=e']);
    expect(pairs(unknown, [message('m2', 5, { fingerprint: null })], [echo('e', 6)])).toEqual([]);
    expect(pairs(unknown, [message('m2', 5, { fingerprint: says.b })], [echo('e', 6)])).toEqual(['m1=e']);
  });

  test('when content cannot be told apart, only while nothing is left over', () => {
    const voice = (id: string, second: number) => message(id, second, { fingerprint: says.voice });
    const heard = (id: string, second: number) => echo(id, second, { fingerprint: tells.voice });
    expect(pairs([voice('m1', 1)], [], [heard('e1', 2)])).toEqual(['m1=e1']);
    expect(pairs([voice('m1', 1), voice('m2', 1)], [], [heard('e1', 2)])).toEqual([]);
    expect(pairs([voice('m1', 1)], [], [heard('e1', 2), heard('e2', 3)])).toEqual([]);
    expect(pairs([voice('m1', 1), voice('m2', 1)], [], [heard('e1', 2), heard('e2', 3)])).toEqual(['m1=e1', 'm2=e2']);
    expect(pairs([voice('m1', 1), voice('m2', 4)], [], [heard('e1', 2), heard('e2', 5)])).toEqual([]);
  });

  test("by its backend's records, within the time that a send may take", () => {
    const record = (second: number) => echo('e', second, { echoedAt: undefined });
    expect(pairEvidence([message('m1', 1_000)], [], [record(1_001)])).toEqual([
      { messageId: 'm1', waId: 'e', by: 'history' },
    ]);
    expect(pairs([message('m1', 1_000)], [], [record(800)])).toEqual([]);
    expect(pairs([message('m1', 1_000)], [], [record(1_700)])).toEqual([]);
  });
});

describe('whatever there is', () => {
  const chat = fc.constantFrom('x', 'y');
  const second = fc.integer({ min: 0, max: 20 });
  const someMessage = fc.record({
    calledAt: second.map(at),
    fingerprint: fc.constantFrom<string | null>(...Object.values(says), null),
    chat,
  });
  const someEcho = fc.record({
    echoedAt: fc.option(second.map(at), { nil: undefined }),
    saidAt: fc.option(second.map(at)),
    fingerprint: fc.constantFrom(...Object.values(tells)),
    chat,
  });
  const messages = (prefix: string, maxLength: number): fc.Arbitrary<UnprovenMessage[]> =>
    fc.array(someMessage, { maxLength }).map((all) => all.map((each, index) => ({ ...each, id: `${prefix}${index}` })));
  const unknownOnes = messages('m', 6);
  const flying = messages('f', 2);
  const echoes: fc.Arbitrary<Evidence[]> = fc
    .array(someEcho, { maxLength: 6 })
    .map((all) => all.map((each, index) => ({ ...each, waId: `e${index}` })));

  test('no echo and no message is paired twice, and all pairs agree', () => {
    fc.assert(
      fc.property(unknownOnes, flying, echoes, (unknown, inFlight, evidence) => {
        const proofs = pairEvidence(unknown, inFlight, evidence);
        expect(new Set(proofs.map((proof) => proof.waId)).size).toBe(proofs.length);
        expect(new Set(proofs.map((proof) => proof.messageId)).size).toBe(proofs.length);
        for (const { messageId, waId } of proofs) {
          const proven = unknown.find((each) => each.id === messageId);
          const by = evidence.find((each) => each.waId === waId);
          expect(proven?.fingerprint?.split(' ')[0]).toBe(by?.fingerprint.split(' ')[0]);
          expect(proven?.chat).toBe(by?.chat);
          if (by?.echoedAt) expect(by.echoedAt.getTime()).toBeGreaterThanOrEqual(proven?.calledAt.getTime() ?? 0);
        }
      }),
    );
  });

  test('of twins the oldest that an echo may prove are sent, as many as there are echoes', () => {
    fc.assert(
      fc.property(fc.array(second, { maxLength: 6 }), fc.array(second, { maxLength: 6 }), (calls, heard) => {
        const unknown = calls.map((each, index) => message(`m${index}`, each));
        const evidence = heard.map((each, index) => echo(`e${index}`, 100 + each));
        const proofs = pairEvidence(unknown, [], evidence);
        expect(proofs.length).toBe(Math.min(calls.length, heard.length));
        const oldest = unknown.toSorted(
          (a, b) => a.calledAt.getTime() - b.calledAt.getTime() || (a.id < b.id ? -1 : 1),
        );
        expect(proofs.map((proof) => proof.messageId)).toEqual(oldest.slice(0, proofs.length).map((each) => each.id));
      }),
    );
  });

  test('the order in which things are told makes no difference', () => {
    fc.assert(
      fc.property(unknownOnes, flying, echoes, (unknown, inFlight, evidence) => {
        const told = pairEvidence(unknown, inFlight, evidence);
        expect(pairEvidence(unknown.toReversed(), inFlight.toReversed(), evidence.toReversed())).toEqual(told);
      }),
    );
  });
});
