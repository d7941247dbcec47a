import { Alert, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import type { PhoneNumber } from './number.ts';
import { OrderButton } from './order-button.tsx';
import { helpOf, type Remedy } from './state-help.ts';
import type { NumberOrder } from './use-order.ts';

const orderOf = {
  scan: 'connect',
  reconnect: 'connect',
  restart: 'restart',
  recreate: 'recreate',
} as const satisfies Record<Exclude<Remedy, 'wait'>, string>;

/** Why a number is not connected, in plain words, and what helps. */
export function StateNotice({ number, order }: { number: PhoneNumber; order: NumberOrder }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const help = helpOf(number);
  if (help === undefined) return null;
  const { text, remedy, isTrouble } = help;
  const until = number.rests_until === null ? '' : format.dateTime(number.rests_until);
  return (
    <Alert color={isTrouble ? 'orange' : 'gray'} title={t(`help.${text}.title`)} role="status" data-testid="state-help">
      <Stack gap="xs">
        <Text size="sm">{t(`help.${text}.text`, { until })}</Text>
        {text === 'unknown' && (
          <Text size="xs" component="code">
            {number.status_reason}
          </Text>
        )}
        {remedy !== 'wait' && (
          <Group gap="xs">
            <OrderButton order={order} gives={orderOf[remedy]} label={t(`remedy.${remedy}`)} />
            {remedy !== 'scan' && remedy !== 'reconnect' && (
              <OrderButton order={order} gives="connect" label={t('remedy.scan')} variant="default" />
            )}
            {remedy === 'reconnect' && (
              <OrderButton order={order} gives="recreate" label={t('remedy.recreate')} variant="default" />
            )}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
