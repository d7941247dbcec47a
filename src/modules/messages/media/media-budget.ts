import { mediaLineTooLong } from '../errors.ts';

/** The media bytes of one message. Every `hold` replaces the one before; `release` gives all back. */
export type MediaPlace = {
  /** Waits until there is room. Throws `overloaded`. */
  hold(bytes: number): Promise<void>;
  release(): void;
};

type Waiting = { owner: number; extra: number; start(): void };

export type MediaBudget = ReturnType<typeof createMediaBudget>;

const mebibyte = 1_048_576;
const bytesMax = 96 * mebibyte;
const bytesPerOwnerMax = bytesMax / 2;
const waitMsMax = 10_000;
const lineMax = 256;

/**
 * Bounds the media bytes that this process holds, from the fetch to the end of the call: 96 MiB, half of it for one
 * owner. A URL whose length nobody knows yet counts as the largest. Whoever finds no room waits at most 10 s, in the
 * order of arrival: nobody passes one of the same owner, nor one that only waits for others to give room back.
 */
export function createMediaBudget() {
  let line: Waiting[] = [];
  let held = 0;
  const heldBy = new Map<number, number>();

  const ownerHasRoom = (owner: number, extra: number) => (heldBy.get(owner) ?? 0) + extra <= bytesPerOwnerMax;
  const fits = (owner: number, extra: number) => held + extra <= bytesMax && ownerHasRoom(owner, extra);
  const isBehind = (owner: number, ahead: Waiting) => ahead.owner === owner || ownerHasRoom(ahead.owner, ahead.extra);
  const mayStart = (owner: number, extra: number, ahead: readonly Waiting[]) =>
    fits(owner, extra) && !ahead.some((each) => isBehind(owner, each));

  function take(owner: number, extra: number): void {
    held += extra;
    const now = (heldBy.get(owner) ?? 0) + extra;
    if (now > 0) heldBy.set(owner, now);
    else heldBy.delete(owner);
    if (extra < 0) startThoseWhoFit();
  }

  function startThoseWhoFit(): void {
    const waiting = line;
    line = [];
    for (const each of waiting) {
      if (mayStart(each.owner, each.extra, line)) each.start();
      else line.push(each);
    }
  }

  function roomFor(owner: number, extra: number): Promise<void> {
    if (line.length >= lineMax) return Promise.reject(mediaLineTooLong());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        owner,
        extra,
        start() {
          clearTimeout(timer);
          take(owner, extra);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        line = line.filter((each) => each !== waiting);
        reject(mediaLineTooLong());
        startThoseWhoFit();
      }, waitMsMax);
      line.push(waiting);
    });
  }

  return {
    place(owner: number): MediaPlace {
      let own = 0;
      return {
        async hold(bytes) {
          const extra = bytes - own;
          if (extra <= 0 || mayStart(owner, extra, line)) take(owner, extra);
          else await roomFor(owner, extra);
          own = bytes;
        },
        release() {
          take(owner, -own);
          own = 0;
        },
      };
    },
    /** Bytes held now. */
    held: () => held,
  };
}
