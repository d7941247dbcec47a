import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { useSession } from '../../../api/session.ts';
import type { ManagedUser } from '../types.ts';
import { useOrder } from '../use-order.tsx';
import { DeleteUser } from './delete-user.tsx';

export function UserActions({ user }: { user: ManagedUser }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const session = useSession();
  const [isDeleting, { open, close }] = useDisclosure();
  const { id, status } = user;
  const changing = useOrder(
    (next: 'active' | 'suspended') =>
      answerOf(api.PATCH('/api/admin/users/{id}', { params: { path: { id } }, body: { status: next } })),
    { done: (_, next) => t(next === 'suspended' ? 'user.suspended' : 'user.active') },
  );
  const ask = () =>
    modals.openConfirmModal({
      title: t('user.suspend'),
      children: <Text size="sm">{t('user.suspendText')}</Text>,
      labels: { confirm: t('user.suspend'), cancel: tCommon('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => changing.mutate('suspended'),
    });
  // Nobody can shut themselves out.
  if (session.user.id === id) return null;
  return (
    <>
      {status === 'suspended' ? (
        <Button variant="default" loading={changing.isPending} onClick={() => changing.mutate('active')}>
          {t('user.unsuspend')}
        </Button>
      ) : (
        <Button variant="default" loading={changing.isPending} onClick={ask}>
          {t('user.suspend')}
        </Button>
      )}
      <Button color="red" variant="light" onClick={open}>
        {t('user.delete')}
      </Button>
      {isDeleting && <DeleteUser user={user} onClose={close} />}
    </>
  );
}
