import { Anchor, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useFormat } from '../../i18n/format.ts';
import type { Dashboard } from './home-queries.ts';

const states = ['connected', 'qr_ready', 'initializing', 'disconnected', 'error'] as const;

/** How the numbers are; each state leads to its numbers. */
export function NumbersByState({ dashboard }: { dashboard: Dashboard }) {
  const { t } = useTranslation('home');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const { total_phone_numbers: total, max_phone_numbers: limit, phone_numbers_by_status: counts } = dashboard;
  return (
    <Paper withBorder p="lg" component="section">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {tCommon('nav.numbers')}
          </Title>
          <Anchor component={Link} to="/numbers" size="sm">
            {t('numbers.all')}
          </Anchor>
        </Group>
        {states
          .filter((state) => counts[state] > 0 || state === 'connected')
          .map((state) => (
            <Group key={state} justify="space-between">
              <Link to="/numbers" search={{ status: state }} style={{ display: 'flex', textDecoration: 'none' }}>
                <StatusBadge status={state} />
              </Link>
              <Text fw={600} data-testid={`count-${state}`}>
                {format.number(counts[state])}
              </Text>
            </Group>
          ))}
        <div>
          <Text size="sm">{t('numbers.used', { used: format.number(total), limit: format.number(limit) })}</Text>
          <Progress
            value={limit === 0 ? 100 : Math.min(100, (total / limit) * 100)}
            mt={6}
            aria-label={t('numbers.used', { used: format.number(total), limit: format.number(limit) })}
          />
        </div>
      </Stack>
    </Paper>
  );
}
