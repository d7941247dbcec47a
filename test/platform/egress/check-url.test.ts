import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkUrl, createUrlCheck, EgressRefused } from '../../../src/platform/egress/index.ts';
import { stageOf } from './support/stage-of.ts';

const check = createUrlCheck({ allowCidrs: [] });

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
