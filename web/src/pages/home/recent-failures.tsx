import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import { failuresQuery } from './home-queries.ts';

/** The newest messages that were not sent, and why. */
export function RecentFailures() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { data, error, refetch } = useQuery(failuresQuery);
  return (
    <Paper withBorder p="lg" component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('failures.title')}
        </Title>
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Skeleton h={64} />}
        {data?.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('failures.none')}
          </Text>
        )}
        {data?.map((message) => (
          <Group key={message.id} justify="space-between" gap="xs" align="flex-start">
            <div>
              <Anchor component={Link} to={`/messages/${message.id}` as string} size="sm">
                <bdi className="ltr">{message.to}</bdi>
              </Anchor>
              <Text size="sm" c="red">
                <bdi>{message.status_reason ?? t('failures.unknown')}</bdi>
              </Text>
            </div>
            <Text size="sm" c="dimmed">
              {format.ago(message.created_at)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
