import { useState } from 'react';

/** Where one is in a list that is read page by page; another filter begins at its start. */
export function usePages(filter: object) {
  const key = JSON.stringify(filter);
  const [trail, setTrail] = useState<{ key: string; cursors: string[] }>({ key, cursors: [] });
  const cursors = trail.key === key ? trail.cursors : [];
  const cursor = cursors.at(-1);
  return {
    /** For the query: nothing on the first page. */
    page: cursor === undefined ? {} : { cursor },
    number: cursors.length + 1,
    next: (after: string) => setTrail({ key, cursors: [...cursors, after] }),
    back: () => setTrail({ key, cursors: cursors.slice(0, -1) }),
  };
}

export type Pages = ReturnType<typeof usePages>;
