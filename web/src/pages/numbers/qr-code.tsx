import { Center, Loader, Progress, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import type { ShownNumber } from './number-queries.ts';
import classes from './numbers.module.css';
import { OrderButton } from './order-button.tsx';
import { helpOf } from './state-help.ts';
import { useNow } from './use-now.ts';
import type { NumberOrder } from './use-order.ts';

const codeLifeMs = 45_000;

/** The code to scan, with what is left of its life; the next one comes by itself. */
export function QrCode({ number, order }: { number: ShownNumber; order: NumberOrder }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const queries = useQueryClient();
  const { qr_code: code, qrEndsAt } = number;
  const now = useNow(code !== null);
  const leftMs = Math.min(codeLifeMs, Math.max(0, (qrEndsAt ?? 0) - now));
  const isOver = code !== null && leftMs === 0;
  useEffect(() => {
    if (isOver) void queries.invalidateQueries({ queryKey: ['numbers', number.id], exact: true });
  }, [isOver, queries, number.id]);
  if (code === null) {
    const isComing = order.isPending || helpOf(number)?.remedy === 'wait';
    return (
      <Center className={classes.noCode} p="md" ta="center" data-testid="no-qr">
        {isComing ? <Loader aria-label={t('connect.coming')} /> : <Text c="dimmed">{t('connect.noCode')}</Text>}
      </Center>
    );
  }
  return (
    <Stack gap="xs" align="flex-start" maw={276}>
      <img className={classes.code} src={code} alt={t('connect.codeAlt')} data-testid="qr" />
      <Progress value={(leftMs / codeLifeMs) * 100} w="100%" size="sm" aria-label={t('connect.codeLife')} />
      <Text size="sm" c="dimmed">
        {isOver
          ? t('connect.renewing')
          : t('connect.endsIn', {
              time: format.number(Math.ceil(leftMs / 1_000), { style: 'unit', unit: 'second', unitDisplay: 'long' }),
            })}
      </Text>
      <OrderButton order={order} gives="restart" variant="default" label={t('connect.newCode')} />
    </Stack>
  );
}
