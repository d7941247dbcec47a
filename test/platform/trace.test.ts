import { describe, expect, test } from 'vitest';
import { continueTrace, currentScope, inScope, traceHeaders, traceIdOf } from '../../src/platform/trace.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const ours = () => '00f067aa0ba902b7';
const continued = (traceparent: string, tracestate?: string) =>
  continueTrace({ traceparent, ...(tracestate === undefined ? {} : { tracestate }) }, ours);

describe('a trace that comes in', () => {
  test('goes on under the same id with a parent of ours', () => {
    expect(continued(`00-${traceId}-${parentId}-01`)).toEqual({
      traceId,
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
  });
  test.each([
    ['00', '00'],
    ['01', '01'],
    ['03', '03'],
    ['ff', '03'],
  ])('flags %s go on as %s: only those that mean something', (given, expected) => {
    expect(continued(`00-${traceId}-${parentId}-${given}`)?.headers.traceparent.slice(-2)).toBe(expected);
  });
  test('a later version goes on as ours, whatever else it says', () => {
    expect(continued(`cc-${traceId}-${parentId}-01-what-the-future-says`)?.headers.traceparent).toBe(
      `00-${traceId}-00f067aa0ba902b7-01`,
    );
  });
  test('its state goes along, unless it is too long or no plain text', () => {
    const state = (text: string) => continued(`00-${traceId}-${parentId}-01`, text)?.headers.tracestate;
    expect(state('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE')).toBe('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE');
    expect(state(`a=${'x'.repeat(510)}`)).toHaveLength(512);
    expect(state(`a=${'x'.repeat(511)}`)).toBeUndefined();
    expect(state('a=\u0001')).toBeUndefined();
    expect(state('a=é')).toBeUndefined();
    expect(state('')).toBeUndefined();
  });
});

test.each([
  '',
  'nonsense',
  `00-${traceId}-${parentId}`,
  `00-${traceId}-${parentId}-01-more`,
  `00-${traceId}-${parentId}-0`,
  `ff-${traceId}-${parentId}-01`,
  `00-${'0'.repeat(32)}-${parentId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${parentId}-01`,
  ` 00-${traceId}-${parentId}-01`,
  `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`,
])('"%s" is no trace', (traceparent) => {
  expect(continued(traceparent)).toBeUndefined();
  expect(traceIdOf({ traceparent })).toBeUndefined();
});

describe('a scope', () => {
  const scope = () => ({ requestId: 'r1', trace: continued(`00-${traceId}-${parentId}-01`), isOver: false });

  test('holds for all that follows from its work, and for nothing else', async () => {
    const seen = await inScope(scope(), async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { id: currentScope()?.requestId, headers: traceHeaders() };
    });
    expect(seen).toEqual({ id: 'r1', headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    expect(currentScope()).toBeUndefined();
    expect(traceHeaders()).toBeUndefined();
  });
  test('once over, names no request any more, but its trace goes on', () => {
    const over = { ...scope(), isOver: true };
    expect(inScope(over, currentScope)).toBeUndefined();
    expect(inScope(over, traceHeaders)).toBeDefined();
  });
});
