/** Waits for `work`, `ms` at most; answers whether it ended in time. What it rejects with is dropped. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  try {
    return await Promise.race([deadline, work.then(ended, ended)]);
  } finally {
    clearTimeout(timer);
  }
}

const ended = () => true;
