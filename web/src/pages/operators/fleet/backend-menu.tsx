import { ActionIcon, Menu } from '@mantine/core';
import { DotsVerticalIcon } from '@radix-ui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import type { Backend } from '../types.ts';
import { useOrder } from '../use-order.tsx';
import { ChangeBackend } from './change-backend.tsx';
import { DrainBackend } from './drain-backend.tsx';
import { RemoveBackend } from './remove-backend.tsx';

type Hold = 'cordon' | 'uncordon' | 'undrain';

/** What an operator may do with a backend. */
export function BackendMenu({ backend }: { backend: Backend }) {
  const { t } = useTranslation('operators');
  const [asked, setAsked] = useState<'change' | 'drain' | 'remove'>();
  const close = () => setAsked(undefined);
  const { id, hold } = backend;
  const holding = useOrder(
    (action: Hold) => answerOf(api.POST(`/api/admin/backends/{id}/${action}`, { params: { path: { id } } })),
    { done: (_, action) => t(`backend.${action}Done`, { id }) },
  );
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('backend.actions', { id })}
            loading={holding.isPending}
          >
            <DotsVerticalIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked('change')}>{t('backend.change')}</Menu.Item>
          {hold === null && <Menu.Item onClick={() => holding.mutate('cordon')}>{t('backend.cordon')}</Menu.Item>}
          {hold === 'cordoned' && (
            <Menu.Item onClick={() => holding.mutate('uncordon')}>{t('backend.uncordon')}</Menu.Item>
          )}
          {hold === 'draining' ? (
            <Menu.Item onClick={() => holding.mutate('undrain')}>{t('backend.undrain')}</Menu.Item>
          ) : (
            <Menu.Item onClick={() => setAsked('drain')}>{t('backend.drain')}</Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => setAsked('remove')}>
            {t('backend.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === 'change' && <ChangeBackend backend={backend} onClose={close} />}
      {asked === 'drain' && <DrainBackend backend={backend} onClose={close} />}
      {asked === 'remove' && <RemoveBackend backend={backend} onClose={close} />}
    </>
  );
}
