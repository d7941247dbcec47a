import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { BackendSelect } from '../fleet/backend-select.tsx';
import { Refusal } from '../refusal.tsx';
import type { NumberRow } from '../types.ts';
import { useOrder } from '../use-order.tsx';

export function MoveNumber({ number, onClose }: { number: NumberRow; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const [to, setTo] = useState<number>();
  const { id } = number;
  const moving = useOrder(
    () =>
      answerOf(
        api.POST('/api/admin/phone-numbers/{id}/move', {
          params: { path: { id } },
          body: to === undefined ? {} : { backend_id: to },
        }),
      ),
    { done: ({ outcome }) => t(`number.${outcome}Done`, { id }), onDone: onClose, isQuiet: true },
  );
  return (
    <Modal opened onClose={onClose} title={t('number.moveOne', { id })}>
      <Stack>
        <Text size="sm">{t('moves.consequence')}</Text>
        {number.status === 'connected' && <Text size="sm">{t('drain.scans', { count: 1 })}</Text>}
        <BackendSelect
          label={t('moves.to')}
          placeholder={t('number.leastLoaded')}
          value={to}
          onChange={setTo}
          among={(backend) => backend.id !== number.backend_id && backend.state === 'active'}
        />
        {moving.error !== null && <Refusal error={moving.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {tCommon('cancel')}
          </Button>
          <Button color="red" loading={moving.isPending} onClick={() => moving.mutate(undefined)}>
            {t('number.move')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
