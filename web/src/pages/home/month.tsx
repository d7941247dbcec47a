import { Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import { everyDay } from './every-day.ts';
import { monthQuery } from './home-queries.ts';

// The charts are as large as the rest of the first page: they come after it.
const MonthChart = lazy(async () => ({ default: (await import('./month-chart.tsx')).MonthChart }));

const height = 260;

export function Month() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { data, error, refetch } = useQuery(monthQuery);
  return (
    <Paper withBorder p="lg" component="section">
      <Stack>
        <div>
          <Title order={2} size="h4">
            {t('month.title')}
          </Title>
          {data !== undefined && (
            <Text size="sm" c="dimmed">
              {t('month.totals', {
                sent: format.number(data.totals.messages_sent),
                received: format.number(data.totals.messages_received),
                failed: format.number(data.totals.messages_failed),
              })}
            </Text>
          )}
        </div>
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {data === undefined ? (
          error === null && <Skeleton h={height} />
        ) : (
          <Suspense fallback={<Skeleton h={height} />}>
            <MonthChart days={everyDay(data)} height={height} />
          </Suspense>
        )}
      </Stack>
    </Paper>
  );
}
