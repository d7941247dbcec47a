import { expect, test } from 'vitest';
import { formOf } from '../../../src/dialects/evolution/form-body.ts';

test.each([
  ['number=55&text=hello+you%21', { number: '55', text: 'hello you!' }],
  ['webhook[url]=https://a.example&webhook[enabled]=true', { webhook: { url: 'https://a.example', enabled: 'true' } }],
  ['events[]=A&events[]=B', { events: ['A', 'B'] }],
  ['webhook[events][0]=A&webhook[events][1]=B', { webhook: { events: ['A', 'B'] } }],
  ['a=1&a=2&a=3', { a: ['1', '2', '3'] }],
  ['a[b=1', { 'a[b': '1' }],
  ['__proto__[x]=1&constructor=2', { ['__proto__']: { x: '1' }, constructor: '2' }],
  ['', {}],
])('%s', (text, form) => {
  expect(JSON.stringify(formOf(text))).toBe(JSON.stringify(form));
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test('a form with too many fields, or with U+0000, is refused', () => {
  expect(() => formOf('a&'.repeat(1_001))).toThrow();
  expect(() => formOf('a=%00')).toThrow();
});
