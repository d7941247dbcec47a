import type { Look } from '../../faults/support/database.ts';

/** That a number lived under a name on a server, and when that was seen; ms since 1970. */
export type Place = { numberId: number; url: string; name: string; from: number; to: number };

/** Watches where numbers live, so that it can be told later whether something left by the right way. */
export type Places = {
  start(): void;
  stop(): Promise<void>;
  /** Every place that was ever seen. */
  all(): readonly Place[];
};

const everyMs = 500;

export function createPlaces(look: Look): Places {
  const seen = new Map<string, Place>();
  let isOver = false;
  let watching: Promise<void> | undefined;

  async function watch(): Promise<void> {
    while (!isOver) {
      const asked = Date.now();
      const rows = await look<{ id: string; url: string; name: string }>(`
        select n.id, b.url, n.backend_name as name from phone_numbers n join backends b on b.id = n.backend_id
        where n.deleted_at is null and n.backend_name is not null`);
      for (const { id, url, name } of rows) {
        const key = `${id} ${url} ${name}`;
        const place = seen.get(key) ?? { numberId: Number(id), url, name, from: asked, to: asked };
        seen.set(key, { ...place, to: Date.now() });
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
  return {
    start() {
      watching ??= watch().catch((error) => console.error('places:', error));
    },
    async stop() {
      isOver = true;
      await watching;
    },
    all: () => [...seen.values()],
  };
}
