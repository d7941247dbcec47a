import { ActionIcon, Menu, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { AvatarIcon, ExitIcon } from '@radix-ui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { logOut, useSession } from '../api/session.ts';

export function UserMenu() {
  const { t } = useTranslation();
  const { user } = useSession();
  const leaving = useMutation({
    mutationFn: logOut,
    // Nothing of this session may stay in memory.
    onSuccess: () => location.assign('/console/login'),
    onError: (error) => notifications.show({ color: 'red', message: error.message }),
  });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('user.menu')}>
          <AvatarIcon width={20} height={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="xs" className="ltr">
            {user.email}
          </Text>
          {t(`plan.${user.plan_type}`, { defaultValue: user.plan_type })}
        </Menu.Label>
        <Menu.Item leftSection={<ExitIcon aria-hidden />} onClick={() => leaving.mutate()} disabled={leaving.isPending}>
          {t('user.logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
