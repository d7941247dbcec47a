import { Alert, Group, Loader, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ManagedUser } from '../types.ts';
import { When } from '../when.tsx';

/** How far the deletion of a user has come; the page says when it is over. */
export function ErasingProgress({ user, since }: { user: ManagedUser; since: string }) {
  const { t } = useTranslation('operators');
  const left = user.usage_today.phone_numbers;
  return (
    <Alert color="red" icon={<Loader size="xs" color="red" aria-hidden />} title={t('erase.under')} role="status">
      <Group gap={4}>
        <Text size="sm">{t('erase.since')}</Text>
        <When at={since} />
      </Group>
      <Text size="sm">{left > 0 ? t('erase.numbersLeft', { count: left }) : t('erase.last')}</Text>
    </Alert>
  );
}
