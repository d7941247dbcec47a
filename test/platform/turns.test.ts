import { expect, test } from 'vitest';
import { createTurns } from '../../src/platform/turns.ts';

/** Work that runs until it is told to end, and notes when it begins. */
function heldWork() {
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    begun,
    work: (n: number) => () => {
      begun.push(n);
      return new Promise<number>((resolve) => ends.set(n, () => resolve(n)));
    },
    end: (n: number) => ends.get(n)?.(),
  };
}

test('so many works run at once; the others follow in the order they came', async () => {
  const { begun, work, end } = heldWork();
  const inTurn = createTurns(2);
  const works = [1, 2, 3, 4].map((n) => inTurn(work(n)));
  expect(begun).toEqual([1, 2]);
  end(2);
  expect(await works[1]).toBe(2);
  await expect.poll(() => begun).toEqual([1, 2, 3]);
  end(1);
  await expect.poll(() => begun).toEqual([1, 2, 3, 4]);
  end(3);
  end(4);
  expect(await Promise.all(works)).toEqual([1, 2, 3, 4]);
});

test('who finds the line full is refused at once, with the error given for it', async () => {
  const { work, end } = heldWork();
  const inTurn = createTurns(1, { waitingMax: 1, tooMany: () => new Error('full') });
  const works = [inTurn(work(1)), inTurn(async () => 'waited')];
  await expect(inTurn(async () => 'never')).rejects.toThrow('full');
  end(1);
  expect(await Promise.all(works)).toEqual([1, 'waited']);
  expect(await inTurn(async () => 'later')).toBe('later');
});

test('work that fails hands its place on', async () => {
  const inTurn = createTurns(1);
  const failing = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(async () => 'ran');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('ran');
});
