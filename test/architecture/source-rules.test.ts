import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { problemCodes } from '../../src/http/problem-codes.ts';

const files = (await readdir('src', { recursive: true })).filter(
  (file) => file.endsWith('.ts') && file !== 'schema.ts',
);
const sources = await Promise.all(files.map(async (file) => ({ file, text: await readFile(`src/${file}`, 'utf8') })));

const filesThat = (matches: (source: { file: string; text: string }) => boolean) =>
  sources.filter(matches).map(({ file }) => file);

test('there is a source to look at', () => {
  expect(sources.length).toBeGreaterThan(150);
});

test('only programs read process.env, listen to signals and set exit codes', () => {
  expect(
    filesThat(({ file, text }) => !file.startsWith('bin/') && /process\.(env|exit|exitCode|on|once|kill)\b/.test(text)),
  ).toEqual([]);
});

test('no file holds a second idea: none is longer than 300 lines', () => {
  expect(filesThat(({ text }) => text.split('\n').length > 301)).toEqual([]);
});

test('every code that an error carries is in the list of the API document, and the list has no other', () => {
  const thrown = new Set(
    sources.flatMap(({ text }) => [...text.matchAll(/new DomainError\(\s*'(\w+)'/g)].map((match) => match[1] ?? '')),
  );
  expect(thrown.size).toBeGreaterThan(15);
  expect([...thrown].sort()).toEqual(
    Object.keys(problemCodes)
      .filter((code) => code !== 'internal_error')
      .sort(),
  );
});

test('platform and evolution speak no word of the product', () => {
  const words = /\b(tenant|phone number|phoneNumber|starter|enterprise|quota)\b/;
  expect(
    filesThat(({ file, text }) => file.startsWith('platform/') && words.test(text.replace(/\/\*\*[\s\S]*?\*\//g, ''))),
  ).toEqual([]);
});

test('a module is entered by its index alone', () => {
  const moduleOf = (path: string) => /^modules\/([\w-]+)\//.exec(path)?.[1];
  const imports = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/from '(\.\.?\/[\w./-]+\.ts)'/g)].map((match) => ({
      file,
      target: join(dirname(file), match[1] ?? ''),
    })),
  );
  const fromOneToAnother = imports.filter(
    ({ file, target }) =>
      moduleOf(file) !== undefined && moduleOf(target) !== undefined && moduleOf(file) !== moduleOf(target),
  );
  expect(fromOneToAnother.length).toBeGreaterThan(50);
  expect(fromOneToAnother.filter(({ target }) => !/^modules\/[\w-]+\/index\.ts$/.test(target))).toEqual([]);
});
