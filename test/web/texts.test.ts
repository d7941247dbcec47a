import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { languages } from '../../web/src/i18n/languages.ts';

const folder = 'web/src/i18n';
const codes = languages.map(({ code }) => code);

type Texts = { [key: string]: string | Texts };

async function textsOf(code: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of await readdir(join(folder, code))) {
    const texts = JSON.parse(await readFile(join(folder, code, file), 'utf8')) as Texts;
    collect(texts, `${file.replace('.json', '')}:`, found);
  }
  return found;
}

function collect(texts: Texts, path: string, found: Map<string, string>): void {
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') found.set(path + key, value);
    else collect(value, `${path}${key}.`, found);
  }
}

// Languages count in more or fewer forms than English does.
const plural = /_(zero|one|two|few|many|other)$/;
const keysOf = (texts: Map<string, string>) =>
  [...new Set([...texts.keys()].map((key) => key.replace(plural, '')))].sort();
const namesIn = (text: string) => [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map(([, name]) => name ?? '').sort();

test.each(codes.filter((code) => code !== 'en'))('%s has every text that English has, and no other', async (code) => {
  expect(keysOf(await textsOf(code))).toEqual(keysOf(await textsOf('en')));
});

test.each(codes)('%s counts in all the forms that its language has', async (code) => {
  const texts = await textsOf(code);
  const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
  const counted = new Set([...texts.keys()].filter((key) => plural.test(key)).map((key) => key.replace(plural, '')));
  for (const key of counted) {
    for (const form of forms) expect(texts.has(`${key}_${form}`), `${key}_${form}`).toBe(true);
  }
});

test.each(codes)('no text of %s is empty, and each names what its English one names', async (code) => {
  const [texts, english] = [await textsOf(code), await textsOf('en')];
  for (const [key, text] of texts) {
    expect(text.trim(), key).not.toBe('');
    const original = english.get(key) ?? english.get(key.replace(plural, '_other'));
    const may = new Set(namesIn(original ?? ''));
    for (const name of namesIn(text)) expect(may.has(name), `${key} names {{${name}}}`).toBe(true);
    if (!plural.test(key)) expect(namesIn(text), key).toEqual(namesIn(original ?? ''));
  }
});

test('every text that the console asks for is there', async () => {
  const english = keysOf(await textsOf('en'));
  const files = (await readdir('web/src', { recursive: true })).filter((file) => /\.tsx?$/.test(file));
  const missing: string[] = [];
  for (const file of files) {
    const source = await readFile(join('web/src', file), 'utf8');
    // `const { t: tCommon } = useTranslation()` and the like: which part of the texts each name stands for.
    const parts = new Map<string, string>();
    for (const [, renamed, part] of source.matchAll(
      /\{\s*t(?::\s*(\w+))?[^}]*\}\s*=\s*useTranslation\((?:'(\w+)')?\)/g,
    )) {
      parts.set(renamed ?? 't', part ?? 'common');
    }
    for (const [, name, key] of source.matchAll(/\b(t\w*)\(\s*'([^']+)'/g)) {
      const part = parts.get(name ?? '');
      if (part === undefined || key === undefined) continue;
      const full = key.includes(':') ? key : `${part}:${key}`;
      if (!english.includes(full)) missing.push(`${file} ${full}`);
    }
  }
  expect(missing).toEqual([]);
});
