import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkUrl, createUrlCheck, EgressRefused } from '../../../src/platform/egress/index.ts';

const check = createUrlCheck({ allowCidrs: [] });

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

describe('any text', () => {
  const pieces = fc.constantFrom(
    'http://',
    'https://',
    'http:',
    '//',
    '[',
    ']',
    '::',
    '@',
    ':',
    '.',
    '%',
    '\\',
    '#',
    '?',
    '127.0.0.1',
    'localhost',
    'ⓛ',
    '\u0000',
    '\ud800',
    'xn--',
  );
  const urlish = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 8 })
    .map((all) => all.join(''));

  test('is either taken as an http(s) URL or refused as EgressRefused', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      urlish,
      urlish.map((tail) => `http://${tail}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (stageOf(text) === 'allowed') expect(check(text).url.protocol).toMatch(/^https?:$/);
      }),
      { numRuns: 5_000 },
    );
  });

  test('that is taken means the same when it is parsed again', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
        fc.pre(stageOf(text) === 'allowed');
        const { url } = check(text);
        expect(check(url.href).url.href).toBe(url.href);
      }),
    );
  });
});

test.each([
  ['policy', 'ftp://example.com/'],
  ['policy', 'file:///etc/passwd'],
  ['policy', 'javascript:alert(1)'],
  ['policy', 'data:image/png;base64,AAAA'],
  ['policy', 'http:example.com'],
  ['policy', 'http:/example.com'],
  ['policy', 'http://user:pw@example.com/'],
  ['policy', 'http://@example.com/'],
  ['policy', 'https://example.com/\r\nX: 1'],
  ['policy', 'http://exa\tmple.com/'],
  ['policy', 'http://127.0.0\u00ad.1/'],
  ['policy', 'http://exam\u200bple.com/'],
  ['policy', 'http://example.com/a b'],
  ['policy', `http://example.com/${'é'.repeat(1_000)}`],
  ['policy', 'http://example.com:25/'],
  ['policy', 'http://example.com:5432/'],
  ['parse', ''],
  ['parse', 'example.com/hook'],
  ['parse', 'http://example.com:65536/'],
  ['parse', 'http://example..com/'],
  ['parse', 'http://./'],
  ['parse', `http://${'a'.repeat(64)}.com/`],
  ['parse', `http://${'a.'.repeat(130)}com/`],
  ['parse', "http://exa'mple.com/"],
  ['parse', 'http://-example.com/'],
  ['name', 'http://LOCALHOST/'],
  ['name', 'http://localhost./'],
  ['name', 'http://a.b.localhost/'],
  ['name', 'http://postgres/'],
  ['name', 'http://ip6-localhost/'],
  ['name', 'http://printer.local/'],
  ['name', 'http://printer.local./'],
  ['name', 'http://metadata.google.internal/'],
  ['name', 'http://router.home.arpa/'],
  ['name', 'http://redis.default.svc.cluster.local/'],
  ['name', 'http://something.onion/'],
  ['name', 'http://hook.test/'],
  ['name', 'http://localhost.localdomain/'],
])('refused as %s: %j', (stage, url) => {
  expect(stageOf(url)).toBe(stage);
});

test.each([
  'https://example.com',
  'HTTPS://Example.COM/Hook?x=1&y=%20#part',
  'https://bücher.example.com/',
  'https://_dmarc.example.com/',
  'https://example.com:8443/',
  'https://example.com:65535/',
  'https://localhost.example.com/',
  'https://example.com/a@b',
  `https://example.com/${'a'.repeat(2_048 - 20)}`,
])('allowed: %s', (url) => {
  expect(stageOf(url)).toBe('allowed');
});

test('a refusal carries a public sentence that names no address', () => {
  expect(() => check('http://10.1.2.3/')).toThrow(
    expect.objectContaining({ code: 'invalid_url', reason: 'The host is not a public internet address.' }),
  );
});

describe('an allow-list', () => {
  test('opens its blocks and nothing beside them', () => {
    const policy = { allowCidrs: ['10.1.0.0/16', 'fd00:1::/64', '192.168.7.7'] };
    for (const host of ['10.1.0.1', '0x0a010001', '[fd00:1::9]', '192.168.7.7', '93.184.215.14']) {
      expect(checkUrl(`http://${host}/`, policy).url.hostname).not.toBe('');
    }
    for (const host of ['10.2.0.1', '[fd00:2::9]', '192.168.7.8', '127.0.0.1']) {
      expect(() => checkUrl(`http://${host}/`, policy)).toThrow(EgressRefused);
    }
  });

  test('of IPv4 blocks opens no IPv6 form of them', () => {
    for (const host of ['[::ffff:10.1.2.3]', '[::10.1.2.3]', '[64:ff9b::10.1.2.3]', '[2002:a01:203::]']) {
      expect(() => checkUrl(`http://${host}/`, { allowCidrs: ['10.0.0.0/8', '0.0.0.0/0'] })).toThrow(EgressRefused);
    }
  });

  test('opens a metadata address only when it names that very address', () => {
    const wide = { allowCidrs: ['100.64.0.0/10', '169.254.0.0/16', '0.0.0.0/0', 'fd00::/8'] };
    for (const host of ['100.100.100.200', '169.254.169.254', '168.63.129.16', '[fd00:ec2::254]']) {
      expect(() => checkUrl(`http://${host}/`, wide)).toThrow(EgressRefused);
    }
    expect(checkUrl('http://169.254.169.254/', { allowCidrs: ['169.254.169.254/32'] }).url.hostname).toBe(
      '169.254.169.254',
    );
  });

  test('lets local names be saved; whether they lead to listed addresses shows when they are used', () => {
    expect(checkUrl('http://n8n:5678/', { allowCidrs: ['10.0.0.0/8'] }).url.hostname).toBe('n8n');
  });

  test.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    'fe80::1%lo/64',
    'localhost',
    '10.0.0.0/-1',
    '10.0.0.0/0x8',
  ])('with the entry %j is no allow-list', (entry) => {
    expect(() => checkUrl('http://example.com/', { allowCidrs: [entry] })).toThrow(TypeError);
  });
});

function stageOf(url: string): string {
  try {
    check(url);
    return 'allowed';
  } catch (error) {
    if (error instanceof EgressRefused) return error.stage;
    throw error;
  }
}

function toNumber(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toDotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function toV6(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}
