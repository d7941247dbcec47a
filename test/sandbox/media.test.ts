import { expect, test } from 'vitest';
import { isBase64, isUrl } from '../../src/evolution/wire.ts';
import { pixelsOf } from '../../src/sandbox/media.ts';

test.each([
  ['http://127.0.0.1:9097/x.png', true],
  ['https://files.example/a/b.jpg?x=1#y', true],
  ['http://[::1]/x', true],
  ['files.example/a.png', true],
  ['ftp://files.example/a', true],
  ['http://localhost:9097/x.png', false],
  ['http://intranet/x', false],
  ['file:///etc/passwd', false],
  ['gopher://files.example/x', false],
  ['http://files.example/a b', false],
  ['http://files.example:99999/', false],
  ['data:image/png;base64,iVBORw0KGgo=', false],
  ['iVBORw0KGgo=', false],
  ['', false],
])('%j is a URL to the server: %s', (text, expected) => {
  expect(isUrl(text)).toBe(expected);
});

test.each([
  ['iVBORw0KGgo=', true],
  ['AAAA', true],
  ['AAA', false],
  ['AA=A', false],
  ['data:image/png;base64,AAAA', false],
  ['AA-_', false],
  ['', false],
])('%j is base64 to the server: %s', (text, expected) => {
  expect(isBase64(text)).toBe(expected);
});

test('the size of a PNG is read, anything else is one pixel', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAADklEQVR42mNk+M/wH0YDAB4NBAGWZ3v7AAAAAElFTkSuQmCC',
    'base64',
  );
  expect(pixelsOf(png)).toEqual({ width: 2, height: 3 });
  expect(pixelsOf(Buffer.from('GIF89a'))).toEqual({ width: 1, height: 1 });
});
