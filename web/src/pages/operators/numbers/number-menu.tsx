import { ActionIcon, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { DotsVerticalIcon } from '@radix-ui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { MenuLink } from '../links.tsx';
import type { NumberRow } from '../types.ts';
import { useOrder } from '../use-order.tsx';
import { MoveNumber } from './move-number.tsx';

const orders = ['restart', 'logout', 'recreate'] as const;
type Order = (typeof orders)[number];

/** What an operator may order for anybody's number. */
export function NumberMenu({ number }: { number: NumberRow }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const [isMoving, setMoving] = useState(false);
  const { id } = number;
  const ordering = useOrder(
    async (order: Order) => {
      await answerOf(api.POST(`/api/admin/phone-numbers/{id}/${order}`, { params: { path: { id } } }));
    },
    { done: (_, order) => t(`number.${order}Done`, { id }) },
  );
  const ask = (order: Order) =>
    modals.openConfirmModal({
      title: t(`number.${order}`),
      children: <Text size="sm">{t(`number.${order}Text`)}</Text>,
      labels: { confirm: t(`number.${order}`), cancel: tCommon('cancel') },
      confirmProps: { color: order === 'restart' ? 'fleet' : 'red' },
      onConfirm: () => ordering.mutate(order),
    });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('number.actions', { id })}
            loading={ordering.isPending}
          >
            <DotsVerticalIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {number.deleted_at === null && (
            <>
              <Menu.Item onClick={() => setMoving(true)}>{t('number.move')}</Menu.Item>
              {orders.map((order) => (
                <Menu.Item key={order} onClick={() => ask(order)}>
                  {t(`number.${order}`)}
                </Menu.Item>
              ))}
              <Menu.Divider />
            </>
          )}
          <MenuLink to="/fleet/findings" search={{ phone_number_id: id }}>
            {t('tab.findings')}
          </MenuLink>
          <MenuLink to="/audit" search={{ target_type: 'phone_number', target_id: String(id) }}>
            {t('audit.ofIt')}
          </MenuLink>
        </Menu.Dropdown>
      </Menu>
      {isMoving && <MoveNumber number={number} onClose={() => setMoving(false)} />}
    </>
  );
}
