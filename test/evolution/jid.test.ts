import { describe, expect, test } from 'vitest';
import { candidateJids, canonicalJid, chatKey, digitsOfJid, jidKind } from '../../src/evolution/jid.ts';
import { readCapture } from './captures.ts';

describe('the address a server makes of a number', () => {
  test.each([
    ['5215512345678', '525512345678@s.whatsapp.net'],
    ['5219991234567', '529991234567@s.whatsapp.net'],
    ['5491123456789', '541123456789@s.whatsapp.net'],
    ['5531999999999', '553199999999@s.whatsapp.net'],
    ['5531988887777', '553188887777@s.whatsapp.net'],
    ['5511999999999', '5511999999999@s.whatsapp.net'],
    ['5521999999999', '5521999999999@s.whatsapp.net'],
    ['5585912345678', '5585912345678@s.whatsapp.net'],
    ['+62 (812) 3456-789', '628123456789@s.whatsapp.net'],
    ['120363040000000000', '120363040000000000@g.us'],
    ['5511999999999-1600000000', '5511999999999-1600000000@g.us'],
    ['5511888888888:12@s.whatsapp.net', '5511888888888@s.whatsapp.net'],
    ['123@lid', '123@lid'],
    ['status@broadcast', 'status@broadcast'],
    ['abc', '@s.whatsapp.net'],
  ])('%s becomes %s', (number, jid) => {
    expect(canonicalJid(number)).toBe(jid);
  });

  test('is the one the recorded answer has', () => {
    const { request, response } = readCapture('contract/616-WA-sendText-BR-9');
    const { number } = request.body as { number: string };
    expect(canonicalJid(number)).toBe((response.body as { key: { remoteJid: string } }).key.remoteJid);
  });
});

describe('the addresses a recipient may appear under', () => {
  test.each([
    ['5531988887777', ['553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net']],
    ['553188887777', ['553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net']],
    ['5511988887777', ['5511988887777@s.whatsapp.net', '551188887777@s.whatsapp.net']],
    ['5215512345678', ['525512345678@s.whatsapp.net', '5215512345678@s.whatsapp.net']],
    ['541123456789', ['541123456789@s.whatsapp.net', '5491123456789@s.whatsapp.net']],
    ['628123456789', ['628123456789@s.whatsapp.net']],
    ['551133334444', ['551133334444@s.whatsapp.net']],
    ['120363040000000000@g.us', ['120363040000000000@g.us']],
    ['abc', ['abc']],
  ])('%s: %j', (number, jids) => {
    expect(candidateJids(number)).toEqual(jids);
  });
});

describe('the key of a chat', () => {
  test.each([
    ['5511988887777', '551188887777@s.whatsapp.net'],
    ['5531988887777@s.whatsapp.net', '553188887777@s.whatsapp.net'],
    ['5511988887777:3@s.whatsapp.net', '5511988887777@c.us'],
    ['5215512345678@s.whatsapp.net', '525512345678'],
    ['+54 9 11 2345-6789', '541123456789@s.whatsapp.net'],
    ['99@LID', '99:4@lid'],
  ])('is the same for %s and %s', (one, other) => {
    expect(chatKey(one)).toBe(chatKey(other));
  });

  test.each([
    ['5511933334444', '551133334444'],
    ['628123456789', '62812345678'],
    ['99@lid', '99@s.whatsapp.net'],
    ['99@g.us', '99@broadcast'],
  ])('differs for %s and %s', (one, other) => {
    expect(chatKey(one)).not.toBe(chatKey(other));
  });

  test('is the same for every address a number may appear under', () => {
    for (const number of ['5531988887777', '5511988887777', '5215512345678', '5491123456789', '628123456789']) {
      expect(new Set(candidateJids(number).map(chatKey)).size).toBe(1);
    }
  });
});

test.each([
  ['5511999999999', 'user', '5511999999999'],
  ['5511999999999:7@s.whatsapp.net', 'user', '5511999999999'],
  ['99@lid', 'lid', null],
  ['99@g.us', 'group', null],
  ['status@broadcast', 'broadcast', null],
  ['99@newsletter', 'newsletter', null],
  ['abc', 'other', null],
  ['', 'other', null],
])('%s is a %s', (jid, kind, digits) => {
  expect(jidKind(jid)).toBe(kind);
  expect(digitsOfJid(jid)).toBe(digits);
});
