import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { Refusal } from '../refusal.tsx';
import type { ManagedUser } from '../types.ts';
import { useOrder } from '../use-order.tsx';

/** Asks for the e-mail address, for nothing of it can be had back. */
export function DeleteUser({ user, onClose }: { user: ManagedUser; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const [typed, setTyped] = useState('');
  const { id, email } = user;
  const deleting = useOrder(() => answerOf(api.DELETE('/api/admin/users/{id}', { params: { path: { id } } })), {
    onDone: onClose,
    isQuiet: true,
  });
  return (
    <Modal opened onClose={onClose} title={t('user.delete')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === email) deleting.mutate(undefined);
        }}
      >
        <Stack>
          <Alert color="red" title={t('erase.title')}>
            <Text size="sm">{t('erase.text')}</Text>
            {user.usage_today.phone_numbers > 0 && (
              <Text size="sm" mt="xs">
                {t('erase.numbers', { count: user.usage_today.phone_numbers })}
              </Text>
            )}
          </Alert>
          <TextInput
            label={t('erase.type')}
            description={<span className="ltr">{email}</span>}
            dir="ltr"
            autoComplete="off"
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {deleting.error !== null && <Refusal error={deleting.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {tCommon('cancel')}
            </Button>
            <Button type="submit" color="red" disabled={typed !== email} loading={deleting.isPending}>
              {t('user.delete')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
