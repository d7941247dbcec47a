import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkRecipients } from '../../../src/modules/campaigns/check-recipients.ts';
import { parseTemplate } from '../../../src/modules/campaigns/template.ts';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);

test('a text without variables is rendered as it is', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('{{')),
      (text) => {
        expect(parseTemplate(text)?.render({})).toBe(text);
      },
    ),
  );
});

test('every variable is replaced by its value, taken as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string()), { minLength: 1, maxLength: 8 }), (pairs) => {
      const values = Object.fromEntries(pairs);
      const text = pairs.map(([variable]) => `<{{ ${variable} }}>`).join(' ');
      const expected = pairs.map(([variable]) => `<${values[variable]}>`).join(' ');
      expect(parseTemplate(text)?.render(values)).toBe(expected);
    }),
  );
});

test('a value that looks like a template is not one', () => {
  expect(parseTemplate('Hi {{a}}')?.render({ a: '{{b}} $& $1', b: 'no' })).toBe('Hi {{b}} $& $1');
});

test('variables may be called like what every object has', () => {
  const template = parseTemplate('{{toString}} {{constructor}} {{__proto__}}');
  expect(template?.variables).toEqual(['toString', 'constructor', '__proto__']);
  const { errors } = checkRecipients([{ number: '628123456789', variables: {} }], template ?? null);
  expect(errors[0]?.error).toContain('toString, constructor, __proto__');
});

test.each(['{{', '{{a', '{{ }}', '{{1a}}', '{{a b}}', 'x {{a}} {{'])('%s is no template', (text) => {
  expect(parseTemplate(text)).toBeUndefined();
});

test('recipients are checked as a whole, each error with its place', () => {
  const { checked, errors } = checkRecipients(
    [
      { number: '+628123456789', variables: { name: 'Ayu' } },
      { number: '628123456789', variables: { name: 'again' } },
      { number: '12', variables: { name: 'short' } },
      { number: '628123456780' },
      { number: '628123456781', variables: { name: 'x'.repeat(70_000) } },
    ],
    parseTemplate('Hello {{name}}') ?? null,
  );
  expect(checked[0]).toEqual({ number: '628123456789', text: 'Hello Ayu' });
  expect(errors.map(({ index }) => index)).toEqual([1, 2, 3, 4]);
  expect(errors[0]?.error).toContain('recipient 0');
  expect(errors[2]?.error).toContain('name missing');
});

test('braces around a variable stay', () => {
  expect(parseTemplate('{{{a}}}')?.render({ a: 'x' })).toBe('{x}');
});
