import { expect, test } from 'vitest';
import { toJid } from '../../src/sandbox/jid.ts';

test.each([
  ['5511999999999', '5511999999999@s.whatsapp.net'],
  ['+55 (11) 99999-9999', '5511999999999@s.whatsapp.net'],
  ['5511999999999:12', '5511999999999@s.whatsapp.net'],
  ['5521999999999', '5521999999999@s.whatsapp.net'],
  ['5585912345678', '5585912345678@s.whatsapp.net'],
  ['5531999999999', '553199999999@s.whatsapp.net'],
  ['5531988887777', '553188887777@s.whatsapp.net'],
  ['5215512345678', '525512345678@s.whatsapp.net'],
  ['5219991234567', '529991234567@s.whatsapp.net'],
  ['5491123456789', '541123456789@s.whatsapp.net'],
  ['525512345678', '525512345678@s.whatsapp.net'],
  ['123456789012345678', '123456789012345678@g.us'],
  ['5511999999999-1234567890', '5511999999999-1234567890@g.us'],
  ['120363000000000000@g.us', '120363000000000000@g.us'],
  ['status@broadcast', 'status@broadcast'],
  ['1234@lid', '1234@lid'],
  ['abc', '@s.whatsapp.net'],
  ['', '@s.whatsapp.net'],
])('the address of %j is %s', (number, jid) => {
  expect(toJid(number)).toBe(jid);
});
