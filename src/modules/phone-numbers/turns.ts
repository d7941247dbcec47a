export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets `atOnce` works of this process run at a time; the others wait in the order they came. */
export function createTurns(atOnce: number): Turns {
  const line: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => line.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
