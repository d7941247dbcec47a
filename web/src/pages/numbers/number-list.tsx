import { Box, Button, Paper, Skeleton, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { NumberRow } from './number-row.tsx';
import { type NumberFilter, useNumberPages } from './use-number-pages.ts';

const rowHeight = 68;

/** Rows of the numbers that a filter leaves; only those in sight exist. */
export function NumberList({ filter, onClear }: { filter: NumberFilter; onClear: () => void }) {
  const { t } = useTranslation('numbers');
  const { t: tCommon } = useTranslation();
  const [sight, setSight] = useState({ first: 0, last: 0 });
  const pages = useNumberPages(filter, sight);
  const place = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the list begins depends on whether it is there
  useLayoutEffect(() => {
    if (place.current !== null) setMargin(place.current.getBoundingClientRect().top + window.scrollY);
  }, [pages.isPending]);
  const rows = useWindowVirtualizer({
    count: pages.length + (pages.hasMore ? 1 : 0),
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: margin,
  });
  const items = rows.getVirtualItems();
  const [first, last] = [items.at(0)?.index ?? 0, items.at(-1)?.index ?? 0];
  if (first !== sight.first || last !== sight.last) setSight({ first, last });
  if (pages.error !== null && pages.length === 0) return <ErrorNotice error={pages.error} onRetry={pages.retry} />;
  if (pages.isPending) return <LoadingRows label={tCommon('loading')} />;
  if (pages.length === 0 && !pages.hasMore) {
    return filter.search === undefined && filter.status === undefined ? (
      <EmptyState
        title={t('list.emptyTitle')}
        text={t('list.emptyText')}
        action={
          <Button component={Link} to="/numbers/new">
            {t('list.connectFirst')}
          </Button>
        }
      />
    ) : (
      <EmptyState
        title={t('list.noneTitle')}
        text={t('list.noneText')}
        action={
          <Button variant="default" onClick={onClear}>
            {t('list.showAll')}
          </Button>
        }
      />
    );
  }
  return (
    <>
      <Paper withBorder ref={place}>
        <Box role="list" aria-label={tCommon('nav.numbers')} pos="relative" h={rows.getTotalSize()}>
          {items.map(({ index, start }) => {
            const number = pages.rowAt(index);
            return (
              <Box
                key={index}
                role="listitem"
                aria-setsize={pages.hasMore ? -1 : pages.length}
                aria-posinset={index + 1}
                pos="absolute"
                w="100%"
                h={rowHeight}
                style={{ insetBlockStart: 0, transform: `translateY(${start - margin}px)` }}
              >
                {number === undefined ? <Skeleton h={36} m="md" w="auto" /> : <NumberRow number={number} />}
              </Box>
            );
          })}
        </Box>
      </Paper>
      {pages.error !== null && (
        <Box pos="sticky" bottom={16}>
          <ErrorNotice error={pages.error} onRetry={pages.retry} />
        </Box>
      )}
    </>
  );
}

function LoadingRows({ label }: { label: string }) {
  return (
    <Stack role="status" aria-busy aria-label={label} gap="xs">
      {[1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} h={rowHeight - 10} />
      ))}
    </Stack>
  );
}
