import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stageOf } from './support/stage-of.ts';

/** Written from the registries, apart from the table under test: first address and size of each block. */
const blockedV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 24],
  ['10.0.0.0', 24],
  ['100.64.0.0', 22],
  ['127.0.0.0', 24],
  ['169.254.0.0', 16],
  ['172.16.0.0', 20],
  ['192.0.0.0', 8],
  ['192.0.2.0', 8],
  ['192.31.196.0', 8],
  ['192.52.193.0', 8],
  ['192.88.99.0', 8],
  ['192.168.0.0', 16],
  ['192.175.48.0', 8],
  ['198.18.0.0', 17],
  ['198.51.100.0', 8],
  ['203.0.113.0', 8],
  ['224.0.0.0', 28],
  ['240.0.0.0', 28],
  ['168.63.129.16', 0],
];

const blockedAddress = fc
  .constantFrom(...blockedV4)
  .chain(([first, bits]) => fc.integer({ min: 0, max: 2 ** bits - 1 }).map((offset) => toNumber(first) + offset));

const publicAddress = fc
  .integer({ min: 0, max: 2 ** 32 - 1 })
  .filter((address) =>
    blockedV4.every(([first, bits]) => address < toNumber(first) || address >= toNumber(first) + 2 ** bits),
  );

/** One number in any of the bases a URL parser reads, with leading zeros. */
const written = (value: number) =>
  fc.tuple(fc.constantFrom(10, 8, 16), fc.integer({ min: 0, max: 3 }), fc.boolean()).map(([base, zeros, isUpper]) => {
    if (base === 10) return String(value);
    const digits = '0'.repeat(zeros) + value.toString(base);
    if (base === 8) return `0${digits}`;
    return isUpper ? `0X${digits.toUpperCase()}` : `0x${digits}`;
  });

/** One to four parts, the last holding all that is left, each part in a base of its own, perhaps a root dot. */
const dottedForms = (address: number) =>
  fc.integer({ min: 1, max: 4 }).chain((count) => {
    const parts = [24, 16, 8].slice(0, count - 1).map((shift) => Math.floor(address / 2 ** shift) % 256);
    const last = address % 2 ** (8 * (5 - count));
    return fc
      .tuple(fc.tuple(...[...parts, last].map(written)), fc.constantFrom('', '.'))
      .map(([texts, dot]) => texts.join('.') + dot);
  });

const inOtherDigits = (host: string) =>
  fc.constantFrom(
    host,
    [...host].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(''),
    [...host].map((char) => (char === '.' ? '。' : String.fromCharCode(char.charCodeAt(0) + 0xfee0))).join(''),
  );

const embeddedForms = (address: number) => {
  const high = Math.floor(address / 65_536).toString(16);
  const low = (address % 65_536).toString(16);
  const dotted = toDotted(address);
  return fc.constantFrom(
    `::ffff:${high}:${low}`,
    `::ffff:${dotted}`,
    `0:0:0:0:0:FFFF:${dotted}`,
    `::${high}:${low}`,
    `::ffff:0:${dotted}`,
    `64:ff9b::${dotted}`,
    `64:ff9b:1::${high}:${low}`,
    `2002:${high}:${low}::`,
    `2002:${high}:${low}::1`,
    `2001:0:${high}:${low}::1`,
    `2001::${high}:${low}`,
  );
};

describe('an address that is not public', () => {
  test('is refused in every notation IPv4 has', () => {
    const hosts = blockedAddress.chain(dottedForms).chain(inOtherDigits);
    fc.assert(
      fc.property(hosts, (host) => {
        expect(stageOf(`http://${host}/`)).toBe('literal');
      }),
      { numRuns: 3_000 },
    );
  });

  test('is refused embedded in IPv6 by every translation and tunnel', () => {
    const hosts = blockedAddress.chain(embeddedForms);
    fc.assert(
      fc.property(hosts, (host) => {
        expect(stageOf(`https://[${host}]/`)).toBe('literal');
      }),
      { numRuns: 2_000 },
    );
  });

  test('is refused in IPv6 when it lies outside 2000::/3', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
    const outside = groups.filter(([first = 0]) => first >> 13 !== 1);
    fc.assert(
      fc.property(outside, (all) => {
        expect(stageOf(`http://[${toV6(all)}]/`)).toBe('literal');
      }),
    );
  });

  test.each([
    '2001:db8::1',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
    '2001:4:112::1',
    '2001:1ff:ffff::1',
    '2620:4f:8000::1',
    '3ffe::1',
    '3fff:fff::1',
    '5f00::1',
    'fd20:ce::254',
    '::',
    '::1',
  ])('is refused: [%s]', (address) => {
    expect(stageOf(`http://[${address}]/`)).toBe('literal');
  });
});

describe('a public address', () => {
  test('is allowed in IPv4', () => {
    fc.assert(
      fc.property(publicAddress, (address) => {
        expect(stageOf(`https://${toDotted(address)}/`)).toBe('allowed');
      }),
    );
  });

  test.each([
    '2000::1',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2606:4700:4700::1111',
    '2a00:1450::1',
    '2003::1',
    '3ffd::1',
    '3fff:1000::1',
  ])('is allowed: [%s]', (address) => {
    expect(stageOf(`https://[${address}]/`)).toBe('allowed');
  });
});

function toNumber(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toDotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function toV6(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}
