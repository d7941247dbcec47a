import { Alert, Badge, Group, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { ShownNumber } from './number-queries.ts';
import { PairingForm } from './pairing-form.tsx';
import { QrCode } from './qr-code.tsx';
import { Section } from './section.tsx';
import { helpOf } from './state-help.ts';
import { StateNotice } from './state-notice.tsx';
import { useOrder } from './use-order.ts';

/** How a number that is not connected becomes so: by a code to scan, or one to type on the phone. */
export function ConnectPanel({ number }: { number: ShownNumber }) {
  const { t } = useTranslation('numbers');
  const order = useOrder(number.id);
  const hasCode = number.qr_code !== null || number.pairing_code !== null;
  // One that is linked already comes back without the phone.
  const needsPhone = hasCode || !['reconnect', 'restart'].includes(helpOf(number)?.remedy ?? 'scan');
  const isNew = number.phone_number === null && number.status === 'disconnected' && number.status_reason === null;
  const asked = useRef(false);
  // Who opens the page of a number that never had a phone wants its code.
  useEffect(() => {
    if (!isNew || hasCode || asked.current) return;
    asked.current = true;
    order.mutate('connect');
  }, [isNew, hasCode, order.mutate]);
  return (
    <Section title={t('connect.title')} text={t('connect.text')}>
      {number.sandbox && (
        <Alert color="blue" variant="light">
          {t('connect.sandbox')}
        </Alert>
      )}
      <StateNotice number={number} order={order} />
      {order.error !== null && <ErrorNotice error={order.error} />}
      {needsPhone && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
          <QrCode number={number} order={order} />
          <Stack>
            <Text fw={600}>{t('connect.how')}</Text>
            <List type="ordered" size="sm" spacing={4} withPadding>
              <List.Item>{t('connect.step1')}</List.Item>
              <List.Item>{t('connect.step2')}</List.Item>
              <List.Item>{t('connect.step3')}</List.Item>
            </List>
            <Group gap={6}>
              <Badge variant="light" color="gray" tt="none">
                {t('connect.or')}
              </Badge>
            </Group>
            <PairingForm number={number} />
          </Stack>
        </SimpleGrid>
      )}
    </Section>
  );
}
