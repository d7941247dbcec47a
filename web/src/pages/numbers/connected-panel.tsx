import { Alert, Button, Group, Text } from '@mantine/core';
import { CheckCircledIcon } from '@radix-ui/react-icons';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import { shownNumber } from './number.ts';
import type { ShownNumber } from './number-queries.ts';
import { StateNotice } from './state-notice.tsx';
import { useOrder } from './use-order.ts';

/** That it works, since when, and what comes next. */
export function ConnectedPanel({ number }: { number: ShownNumber }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const order = useOrder(number.id);
  return (
    <>
      <StateNotice number={number} order={order} />
      {order.error !== null && <ErrorNotice error={order.error} />}
      <Alert
        color="teal"
        icon={<CheckCircledIcon aria-hidden />}
        title={t('connected.title')}
        role="status"
        data-testid="connected"
      >
        <Text size="sm">
          {number.phone_number !== null && (
            <>
              <bdi className="ltr">{shownNumber(number.phone_number)}</bdi>
              {number.profile_name === null ? (
                ' · '
              ) : (
                <>
                  {' '}
                  · <bdi>{number.profile_name}</bdi> ·{' '}
                </>
              )}
            </>
          )}
          {number.connected_at !== null && t('connected.since', { when: format.dateTime(number.connected_at) })}
        </Text>
        <Text size="sm">{t(number.paused_at === null ? 'connected.next' : 'connected.paused')}</Text>
        <Group mt="sm" gap="xs">
          <Button component={Link} to={'/messages' as string} size="xs">
            {t('connected.send')}
          </Button>
          <Button component={Link} to="/numbers" variant="default" size="xs">
            {t('gone.list')}
          </Button>
        </Group>
      </Alert>
    </>
  );
}
