/** Runs the work when its turn comes and answers what it answers; work that fails hands its place on as well. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets `atOnce` works of this process run at a time; the others wait in the order they came. With `line`, at most
 * `waitingMax` wait, and who comes then gets the error of `tooMany` at once.
 */
export function createTurns(atOnce: number, line?: { waitingMax: number; tooMany(): Error }): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= atOnce) {
      if (line !== undefined && waiting.length >= line.waitingMax) throw line.tooMany();
      // Whoever ends hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
