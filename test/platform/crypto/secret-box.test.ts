import { expect, test } from 'vitest';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';

const box = createSecretBox('a key of tests that is long enough 1');
const other = createSecretBox('a key of tests that is long enough 2');

test('what is sealed opens again, and never looks the same twice', () => {
  const sealed = box.seal('a secret: ✓ \u0000', 'here');
  expect(box.open(sealed, 'here')).toBe('a secret: ✓ \u0000');
  expect(box.seal('a secret', 'here')).not.toBe(box.seal('a secret', 'here'));
  expect(sealed).not.toContain('secret');
});

test('it opens in no other place, with no other key, and not when a bit has changed', () => {
  const sealed = box.seal('a secret', 'here');
  expect(() => box.open(sealed, 'there')).toThrow();
  expect(() => other.open(sealed, 'here')).toThrow(/Sealed with key [0-9a-f]{12}, but the key in use is [0-9a-f]{12}/);
  const [version, keyId, payload = ''] = sealed.split('.');
  const bytes = Buffer.from(payload, 'base64url');
  for (const at of [0, 14, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => box.open(`${version}.${keyId}.${changed.toString('base64url')}`, 'here')).toThrow();
  }
  expect(() => box.open('plain text', 'here')).toThrow('Not a sealed secret.');
});

test("a key's id tells keys apart without showing them", () => {
  expect(box.keyId).toMatch(/^[0-9a-f]{12}$/);
  expect(box.keyId).not.toBe(other.keyId);
  expect(createSecretBox('a key of tests that is long enough 1').keyId).toBe(box.keyId);
});
