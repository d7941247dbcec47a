import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Lookup, ResolvedAddress } from '../../../../src/platform/egress/index.ts';

export type CorpusLine = { verdict: 'BLOCK' | 'ALLOW'; stage: string; url: string; note: string };
/** Answers in turn, the last one repeated; an answer may be empty. */
export type Zone = Map<string, ResolvedAddress[][]>;

export function readCorpus(): { lines: CorpusLine[]; zone: Zone } {
  const text = readFileSync(new URL('../../../fixtures/ssrf.txt', import.meta.url), 'utf8');
  const rows = text.split('\n').filter((row) => row.trim() !== '');
  const lines = rows.filter((row) => !row.startsWith('#')).map(parseLine);
  const zone: Zone = new Map(rows.filter((row) => row.startsWith('#@dns ')).map(parseZoneRow));
  return { lines, zone };
}

/** A resolver that knows this zone and nothing else, and counts how often it was asked. */
export function zoneLookup(zone: Zone): Lookup & { asked: string[] } {
  const asked: string[] = [];
  const lookup: Lookup = async (hostname) => {
    const answers = zone.get(hostname);
    if (answers === undefined) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const turn = asked.filter((name) => name === hostname).length;
    asked.push(hostname);
    return answers[Math.min(turn, answers.length - 1)] ?? [];
  };
  return Object.assign(lookup, { asked });
}

function parseLine(row: string): CorpusLine {
  const [verdict, stage = '', url = '', note = ''] = row.split('\t');
  if (verdict !== 'BLOCK' && verdict !== 'ALLOW') throw new Error(`not a corpus line: ${row}`);
  return { verdict, stage, url: JSON.parse(url), note };
}

function parseZoneRow(row: string): [string, ResolvedAddress[][]] {
  const [, name = '', ...answer] = row.split(' ');
  const answers = answer.join(' ').split(' THEN ');
  return [name, answers.map((one) => (one === 'NODATA' ? [] : one.split('+').map(toAddress)))];
}

function toAddress(address: string): ResolvedAddress {
  return { address, family: isIP(address) === 6 ? 6 : 4 };
}
