import { Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ManagedUser } from '../types.ts';

type Shown = Pick<ManagedUser, 'status' | 'role'> & { erasing_since?: string | null };

export function UserStatus({ user }: { user: Shown }) {
  const { t } = useTranslation('operators');
  const status = user.erasing_since == null ? user.status : 'erasing';
  const color = status === 'active' ? 'teal' : status === 'erasing' ? 'red' : 'orange';
  return (
    <Group gap={4}>
      <Badge variant="light" color={color} tt="none">
        {t(`userStatus.${status}`, { defaultValue: status })}
      </Badge>
      {user.role === 'operator' && (
        <Badge variant="light" color="grape" tt="none">
          {t('user.operator')}
        </Badge>
      )}
    </Group>
  );
}
