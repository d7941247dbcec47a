import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { digitsOf } from './number.ts';
import type { ShownNumber } from './number-queries.ts';
import classes from './numbers.module.css';

/** For a phone whose camera cannot scan: a code to be typed on it. */
export function PairingForm({ number }: { number: ShownNumber }) {
  const { t } = useTranslation('numbers');
  const queries = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { phone: '' },
    validate: { phone: (phone) => (digitsOf(phone) === undefined ? t('pairing.rule') : null) },
  });
  const asking = useMutation({
    mutationFn: ({ phone }: { phone: string }) =>
      answerOf(
        api.POST('/api/phone-numbers/{id}/connect', {
          params: { path: { id: number.id } },
          body: { pairing_number: digitsOf(phone) ?? '' },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ['numbers'] }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => asking.mutate(values))}>
      <Stack gap="xs">
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            miw={160}
            label={t('pairing.phone')}
            type="tel"
            dir="ltr"
            autoComplete="off"
            placeholder="+62 812 3456 789"
            key={form.key('phone')}
            {...form.getInputProps('phone')}
          />
          <Button type="submit" variant="default" loading={asking.isPending}>
            {t('pairing.ask')}
          </Button>
        </Group>
        {asking.error !== null && <ErrorNotice error={asking.error} />}
        <div role="status">
          {number.pairing_code !== null && (
            <Stack gap={4}>
              <Group gap={4} wrap="nowrap">
                <Code className={classes.pairing} data-testid="pairing-code">
                  {number.pairing_code}
                </Code>
                <CopyButton text={number.pairing_code} />
              </Group>
              <Text size="sm">{t('pairing.how')}</Text>
            </Stack>
          )}
        </div>
      </Stack>
    </form>
  );
}
