import { Group, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import type { Dashboard } from './home-queries.ts';

const figures = ['messages_sent_today', 'messages_received_today', 'messages_failed_today'] as const;

/** What was sent, received and failed today, and what the plan leaves of the day. */
export function Today({ dashboard }: { dashboard: Dashboard }) {
  const { t } = useTranslation('home');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const { quota } = dashboard;
  const share = quota.limit === 0 ? 1 : Math.min(1, quota.used / quota.limit);
  const plan = tCommon(`plan.${dashboard.plan_type}`, { defaultValue: dashboard.plan_type });
  return (
    <Paper withBorder p="lg" component="section">
      <Stack>
        <Title order={2} size="h4">
          {t('today.title')}
        </Title>
        <SimpleGrid cols={3} spacing="xs">
          {figures.map((figure) => (
            <div key={figure}>
              <Text fw={700} size="xl" data-testid={figure}>
                {format.number(dashboard[figure])}
              </Text>
              <Text size="sm" c="dimmed">
                {t(`today.${figure}`)}
              </Text>
            </div>
          ))}
        </SimpleGrid>
        <div>
          <Group justify="space-between" gap={4}>
            <Text size="sm">
              {t('today.used', { used: format.number(quota.used), limit: format.number(quota.limit) })}
            </Text>
            <Text size="sm" fw={600} data-testid="quota-left">
              {t('today.left', { left: format.number(quota.remaining) })}
            </Text>
          </Group>
          <Progress
            value={share * 100}
            color={share >= 0.95 ? 'red' : share >= 0.8 ? 'orange' : 'fleet'}
            my={6}
            aria-label={t('today.share', { share: format.percent(share) })}
          />
          <Text size="sm" c="dimmed">
            {t('today.plan', { plan, when: format.dateTime(quota.resets_at) })}
          </Text>
        </div>
      </Stack>
    </Paper>
  );
}
