import { Alert, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { HandIcon } from '@radix-ui/react-icons';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { TextLink } from '../links.tsx';
import { Refusal } from '../refusal.tsx';
import type { Fleet } from '../types.ts';
import { useOrder } from '../use-order.tsx';
import { When } from '../when.tsx';

/** Shown while nothing may be removed or made anew. */
export function FleetHold({ hold }: { hold: NonNullable<Fleet['hold']> }) {
  const { t } = useTranslation('operators');
  return (
    <Alert color="orange" icon={<HandIcon aria-hidden />} title={t('hold.title')}>
      <Text size="sm">{t('hold.text')}</Text>
      <Group gap="xs" mt={4}>
        <Text size="sm" fw={600}>
          {hold.reason}
        </Text>
        <When at={hold.since} />
        {hold.set_by === null ? (
          <Text size="sm">{t('hold.byItself')}</Text>
        ) : (
          <TextLink to="/users/$id" params={{ id: String(hold.set_by) }} size="sm">
            {t('hold.by', { id: hold.set_by })}
          </TextLink>
        )}
      </Group>
      <EndHold />
    </Alert>
  );
}

function EndHold() {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const ending = useOrder(() => answerOf(api.DELETE('/api/admin/fleet/hold')), { done: () => t('hold.ended') });
  const ask = () =>
    modals.openConfirmModal({
      title: t('hold.end'),
      children: <Text size="sm">{t('hold.endText')}</Text>,
      labels: { confirm: t('hold.end'), cancel: tCommon('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => ending.mutate(undefined),
    });
  return (
    <Button mt="sm" size="xs" variant="default" onClick={ask} loading={ending.isPending}>
      {t('hold.end')}
    </Button>
  );
}

export function HoldButton() {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  const form = useForm({ initialValues: { reason: '' } });
  const holding = useOrder((body: { reason: string }) => answerOf(api.PUT('/api/admin/fleet/hold', { body })), {
    done: () => t('hold.begun'),
    onDone: close,
    isQuiet: true,
  });
  return (
    <>
      <Button variant="default" leftSection={<HandIcon aria-hidden />} onClick={open}>
        {t('hold.set')}
      </Button>
      <Modal opened={isOpen} onClose={close} title={t('hold.set')}>
        <form onSubmit={form.onSubmit((values) => holding.mutate(values))}>
          <Stack>
            <Text size="sm">{t('hold.text')}</Text>
            <Textarea
              label={t('hold.reason')}
              required
              maxLength={500}
              autosize
              minRows={2}
              data-autofocus
              {...form.getInputProps('reason')}
            />
            {holding.error !== null && <Refusal error={holding.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {tCommon('cancel')}
              </Button>
              <Button type="submit" loading={holding.isPending}>
                {t('hold.set')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
