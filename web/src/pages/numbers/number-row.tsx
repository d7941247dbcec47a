import { Badge, Box, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useFormat } from '../../i18n/format.ts';
import { nameOf, type PhoneNumber, shownNumber } from './number.ts';
import classes from './numbers.module.css';

/** One number in the list: a link to its page. */
export function NumberRow({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const name = nameOf(number);
  const others = [shownNumber(number.phone_number), number.alias].filter((other) => other !== null && other !== name);
  return (
    <Link to="/numbers/$id" params={{ id: String(number.id) }} className={classes.row}>
      <Box miw={0} flex={1}>
        <Text fw={600} className={classes.name} dir="auto">
          {name}
        </Text>
        <Text size="sm" c="dimmed" className={classes.name} dir="auto">
          {others.length === 0 ? number.instance_name : others.join(' · ')}
        </Text>
      </Box>
      <Group gap={6} justify="flex-end" wrap="wrap">
        {number.paused_at !== null && (
          <Badge variant="light" color="gray" tt="none">
            {t('paused')}
          </Badge>
        )}
        {number.status === 'connected' && number.connected_at !== null && (
          <Text size="sm" c="dimmed" visibleFrom="sm">
            {t('list.since', { when: format.ago(number.connected_at) })}
          </Text>
        )}
        {number.status !== 'connected' && (
          <Text size="sm" fw={600} c="var(--mantine-color-anchor)" visibleFrom="xs">
            {t('list.connect')}
          </Text>
        )}
        {number.sandbox && (
          <Badge variant="outline" color="gray" tt="none" visibleFrom="sm">
            {t('sandbox')}
          </Badge>
        )}
        <StatusBadge status={number.status} />
      </Group>
    </Link>
  );
}
