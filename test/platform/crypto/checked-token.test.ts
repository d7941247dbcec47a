import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hintOf, isCheckedToken, makeCheckedToken } from '../../../src/platform/crypto/checked-token.ts';
import { createIds } from '../../../src/platform/ids.ts';

const ids = createIds();

test('a token is its prefix, 30 random and 6 check characters', () => {
  expect(makeCheckedToken(ids, 'ef_live_')).toMatch(/^ef_live_[0-9A-Za-z]{36}$/);
  expect(isCheckedToken(makeCheckedToken(ids, 'eft_'), 'eft_')).toBe(true);
});

test('a token of another kind is none of this kind', () => {
  expect(isCheckedToken(makeCheckedToken(ids, 'ef_live_'), 'eft_')).toBe(false);
});

test('one wrong, missing or swapped character is noticed', () => {
  const token = makeCheckedToken(ids, 'eft_');
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'),
      (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        return changed === token || !isCheckedToken(changed, 'eft_');
      },
    ),
  );
  expect(isCheckedToken(token.slice(0, -1), 'eft_')).toBe(false);
  const swapped = token.slice(0, 10) + token.charAt(11) + token.charAt(10) + token.slice(12);
  expect(swapped === token || !isCheckedToken(swapped, 'eft_')).toBe(true);
});

test('any text is either a token or refused, never an error', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof isCheckedToken(text, 'eft_') === 'boolean'));
});

test('a hint shows the kind and the last four characters', () => {
  const token = makeCheckedToken(ids, 'eft_');
  expect(hintOf(token, 'eft_')).toBe(`eft_…${token.slice(-4)}`);
});
