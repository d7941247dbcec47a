import { Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** What stands in place of a list that is not there yet or cannot be had; a list that was there stays. */
export function ListState<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children: (data: NonNullable<T>) => ReactNode;
}) {
  const { t } = useTranslation();
  const { data, error } = query;
  const isThere = data !== undefined && data !== null;
  return (
    <Stack gap="md">
      {error !== null && <ErrorNotice error={error} onRetry={() => void query.refetch()} />}
      {isThere && children(data)}
      {!isThere && error === null && (
        <Stack gap="xs" aria-busy="true" aria-label={t('loading')} role="status">
          {['a', 'b', 'c', 'd', 'e'].map((row) => (
            <Skeleton key={row} h={36} />
          ))}
        </Stack>
      )}
    </Stack>
  );
}
