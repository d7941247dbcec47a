import { useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import type { PhoneNumber } from './number.ts';

export type NumberFilter = { search?: string; status?: PhoneNumber['status'] };

export const pageLength = 100;

type Page = { phone_numbers: PhoneNumber[]; next_cursor: string | null };
/** What is known of a page that was read once: where the next one begins, and how many rows it had. */
type Known = { length: number; next: string | null };

/**
 * The user's numbers, as far as somebody looks: only the pages in sight are asked for and kept fresh, so a live event
 * costs one or two pages however far a reader has come. One filter for the life of the component.
 */
export function useNumberPages(filter: NumberFilter, sight: { first: number; last: number }) {
  const [known, setKnown] = useState<readonly Known[]>([]);
  const reachable = known.length === 0 || known.at(-1)?.next != null ? known.length : known.length - 1;
  const from = Math.min(pageOfRow(known, sight.first), reachable);
  const to = Math.min(pageOfRow(known, sight.last), reachable);
  const inSight = Array.from({ length: to - from + 1 }, (_, place) => from + place);
  const pages = useQueries({
    queries: inSight.map((page) => {
      const cursor = page === 0 ? undefined : (known[page - 1]?.next ?? undefined);
      return {
        queryKey: ['numbers', 'list', filter, cursor ?? 'first'],
        queryFn: (): Promise<Page> =>
          answerOf(
            api.GET('/api/phone-numbers', {
              params: { query: { ...filter, limit: pageLength, ...(cursor === undefined ? {} : { cursor }) } },
            }),
          ),
      };
    }),
  });
  const read = pages.map(({ data }) => data);
  const marks = read
    .map((data) => (data === undefined ? '' : `${data.phone_numbers.length} ${data.next_cursor}`))
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the marks say all of the pages that matters here
  useEffect(() => {
    setKnown((before) => read.reduce((so, data, place) => noted(so, from + place, data), before));
  }, [marks, from]);
  const starts = startsOf(known);
  const last = known.at(-1);
  return {
    /** Rows that are known; `hasMore`: there are others after them. */
    length: (starts.at(-1) ?? 0) + (last?.length ?? 0),
    hasMore: known.length === 0 || last?.next != null,
    rowAt(index: number): PhoneNumber | undefined {
      const page = pageOfRow(known, index);
      return read[page - from]?.phone_numbers[index - (starts[page] ?? 0)];
    },
    isPending: known.length === 0 && pages.some((page) => page.isPending),
    error: pages.find(({ error }) => error !== null)?.error ?? null,
    retry: () => void Promise.all(pages.map((page) => page.refetch())),
  };
}

/** Pages by their order: one that ends the list now ends what was known of later ones, too. */
function noted(known: readonly Known[], page: number, data: Page | undefined): readonly Known[] {
  if (data === undefined || page > known.length) return known;
  const now = { length: data.phone_numbers.length, next: data.next_cursor };
  const before = known[page];
  if (before?.length === now.length && before.next === now.next) return known;
  return [...known.slice(0, page), now, ...(now.next === null ? [] : known.slice(page + 1))];
}

function startsOf(known: readonly Known[]): number[] {
  let sum = 0;
  return known.map(({ length }) => {
    sum += length;
    return sum - length;
  });
}

/** The page that holds a row; the first unread one for rows after all that are known. */
function pageOfRow(known: readonly Known[], row: number): number {
  let end = 0;
  const found = known.findIndex(({ length }) => {
    end += length;
    return row < end;
  });
  return found === -1 ? known.length : found;
}
