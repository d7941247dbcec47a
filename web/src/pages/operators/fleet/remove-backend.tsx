import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { Refusal } from '../refusal.tsx';
import type { Backend } from '../types.ts';
import { useOrder } from '../use-order.tsx';

/** An empty one goes; one with numbers only when it is said what that does to them. */
export function RemoveBackend({ backend, onClose }: { backend: Backend; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const navigate = useNavigate();
  const [isSure, setSure] = useState(false);
  const { id, url } = backend;
  const numbers = backend.assigned + backend.reserved;
  const removing = useOrder(
    () =>
      answerOf(
        api.DELETE('/api/admin/backends/{id}', {
          params: { path: { id }, ...(isSure ? { query: { force: 'true' as const } } : {}) },
        }),
      ),
    {
      done: ({ phone_numbers_left: left }) =>
        left === 0 ? t('remove.done', { id }) : t('remove.doneLeft', { id, count: left }),
      onDone({ phone_numbers_left: left }) {
        onClose();
        void navigate({ to: left === 0 ? '/fleet/backends' : '/fleet/moves' });
      },
      isQuiet: true,
    },
  );
  return (
    <Modal opened onClose={onClose} title={t('remove.title', { id })}>
      <Stack>
        <Text size="sm">
          <span className="ltr">{url}</span>
        </Text>
        {numbers === 0 ? (
          <Text size="sm">{t('remove.empty')}</Text>
        ) : (
          <>
            <Alert color="red" title={t('remove.has', { count: numbers })}>
              <Text size="sm">{t('remove.better')}</Text>
              <Text size="sm" mt="xs">
                {t('remove.forced')}
              </Text>
            </Alert>
            <Checkbox
              label={t('remove.sure')}
              checked={isSure}
              onChange={(event) => setSure(event.currentTarget.checked)}
            />
          </>
        )}
        {removing.error !== null && <Refusal error={removing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {tCommon('cancel')}
          </Button>
          <Button
            color="red"
            disabled={numbers > 0 && !isSure}
            loading={removing.isPending}
            onClick={() => removing.mutate(undefined)}
          >
            {t('backend.remove')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
