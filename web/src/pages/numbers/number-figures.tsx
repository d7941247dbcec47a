import { Paper, Progress, SimpleGrid, Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import { figuresQuery, type ShownNumber, uptimeQuery } from './number-queries.ts';
import { Section } from './section.tsx';

const spans = ['last_24h', 'last_7d', 'last_30d'] as const;
const figures = ['messages_sent', 'messages_received', 'messages_failed'] as const;

/** How long it was connected, and what it sent and received. */
export function NumberFigures({ number }: { number: ShownNumber }) {
  const { t } = useTranslation('numbers');
  return (
    <Section title={t('figures.title')}>
      <Uptime id={number.id} />
      <MessageCounts id={number.id} />
    </Section>
  );
}

function Uptime({ id }: { id: number }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const { data, error, refetch } = useQuery(uptimeQuery(id));
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton h={84} />;
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {spans.map((span) => {
          const { uptime, losses } = data[span];
          return (
            <Paper key={span} withBorder p="sm">
              <Text size="sm" c="dimmed">
                {t(`figures.${span}`)}
              </Text>
              <Text fw={700} size="xl">
                {uptime === null ? '–' : format.percent(uptime)}
              </Text>
              <Progress value={(uptime ?? 0) * 100} size="sm" aria-label={t('figures.connectedShare')} />
              <Text size="sm" c="dimmed" mt={4}>
                {t('figures.losses', { count: losses, shown: format.number(losses) })}
              </Text>
            </Paper>
          );
        })}
      </SimpleGrid>
      <Text size="sm" c="dimmed">
        {t('figures.watched', { when: format.dateTime(data.since) })}
      </Text>
    </>
  );
}

function MessageCounts({ id }: { id: number }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const { data, error, refetch } = useQuery(figuresQuery(id));
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Skeleton h={120} />;
  const today = data.daily.find(({ date }) => date === data.end_date);
  return (
    <Table.ScrollContainer minWidth={260}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('figures.messages')}</Table.Th>
            <Table.Th ta="end">{t('figures.today')}</Table.Th>
            <Table.Th ta="end">{t('figures.last_30d')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.map((figure) => (
            <Table.Tr key={figure}>
              <Table.Td>{t(`figures.${figure}`)}</Table.Td>
              <Table.Td ta="end">{format.number(today?.[figure] ?? 0)}</Table.Td>
              <Table.Td ta="end">{format.number(data.totals[figure])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
