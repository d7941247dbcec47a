import { Button, Divider, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { nameOf, type PhoneNumber } from './number.ts';
import type { Order } from './number-queries.ts';
import { RotateToken } from './rotate-token.tsx';
import { Section } from './section.tsx';
import { useOrder } from './use-order.ts';
import { useToast } from './use-toast.ts';

/** Orders of consequence: each says what it does, and those that take something away ask first. */
export function ManageNumber({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation('numbers');
  const order = useOrder(number.id);
  const removing = useRemoval(number);
  const ask = useQuestion();
  const toast = useToast();
  const give = (wanted: Order) =>
    order.mutate(wanted, {
      onSuccess() {
        toast(t(`manage.${wanted}.done`));
        // What comes next, such as a code to scan, is at the head of the page.
        if (wanted !== 'pause' && wanted !== 'resume') scrollTo({ top: 0 });
      },
    });
  const offered: { order: Order; asks: boolean }[] = [
    { order: number.paused_at === null ? 'pause' : 'resume', asks: false },
    { order: 'restart', asks: false },
    { order: 'logout', asks: true },
    { order: 'recreate', asks: true },
  ];
  return (
    <Section title={t('manage.title')}>
      <RotateToken number={number} />
      {offered.map(({ order: each, asks }) => (
        <Fragment key={each}>
          <Divider />
          <Row text={t(`manage.${each}.text`)}>
            <Button
              variant="default"
              loading={order.isPending && order.variables === each}
              disabled={order.isPending && order.variables !== each}
              onClick={() => (asks ? ask({ key: each, number, onConfirm: () => give(each) }) : give(each))}
            >
              {t(`manage.${each}.do`)}
            </Button>
          </Row>
        </Fragment>
      ))}
      {order.error !== null && <ErrorNotice error={order.error} />}
      <Divider />
      <Row text={t('manage.delete.text')}>
        <Button
          color="red"
          loading={removing.isPending}
          onClick={() => ask({ key: 'delete', number, onConfirm: () => removing.mutate() })}
        >
          {t('manage.delete.do')}
        </Button>
      </Row>
      {removing.error !== null && <ErrorNotice error={removing.error} />}
    </Section>
  );
}

function Row({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Group justify="space-between" gap="sm">
      <Text size="sm" flex={1} miw={200}>
        {text}
      </Text>
      {children}
    </Group>
  );
}

function useQuestion() {
  const { t } = useTranslation('numbers');
  const { t: tCommon } = useTranslation();
  return (about: { key: 'logout' | 'recreate' | 'delete' | Order; number: PhoneNumber; onConfirm: () => void }) =>
    modals.openConfirmModal({
      title: t(`manage.${about.key}.ask`, { name: nameOf(about.number) }),
      children: <Text size="sm">{t(`manage.${about.key}.consequence`)}</Text>,
      labels: { confirm: t(`manage.${about.key}.do`), cancel: tCommon('cancel') },
      confirmProps: { color: 'red' },
      closeButtonProps: { 'aria-label': tCommon('close') },
      onConfirm: about.onConfirm,
    });
}

function useRemoval(number: PhoneNumber) {
  const { t } = useTranslation('numbers');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  return useMutation({
    mutationFn: () => answerOf(api.DELETE('/api/phone-numbers/{id}', { params: { path: { id: number.id } } })),
    async onSuccess() {
      toast(t('manage.delete.done', { name: nameOf(number) }));
      await navigate({ to: '/numbers' });
      void queries.invalidateQueries({ queryKey: ['numbers'] });
      void queries.invalidateQueries({ queryKey: ['dashboard'] });
    },
  });
}
