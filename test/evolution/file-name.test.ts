import { expect, test } from 'vitest';
import { fileNameWithEnding } from '../../src/evolution/file-name.ts';

test.each([
  ['report.pdf', 'application/pdf', 'report.pdf'],
  ['report.PDF', 'text/plain', 'report.PDF'],
  ['report', 'application/pdf', 'report.pdf'],
  ['report', 'text/csv; charset=utf-8', 'report.csv'],
  ['report v1.2', 'application/pdf', 'report v1.2.pdf'],
  ['drawing.dwg', 'application/octet-stream', 'drawing.dwg'],
  ['drawing.dwg', undefined, 'drawing.dwg'],
  ['report', 'application/octet-stream', 'report.bin'],
  ['report', undefined, 'report.bin'],
  ['report.', 'constructor', 'report..bin'],
  ['photo', 'IMAGE/JPEG', 'photo.jpg'],
])('%s of type %s arrives as %s', (fileName, mimetype, expected) => {
  expect(fileNameWithEnding(fileName, mimetype)).toBe(expected);
});
