import { Button, Group, Select, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useFormat } from '../../i18n/format.ts';
import type { PhoneNumber } from './number.ts';
import { keepNewToken } from './number-queries.ts';

const overlaps = [0, 1, 24, 72, 168] as const;

/** A new token; the former one goes on for the hours that are chosen. */
export function RotateToken({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation('numbers');
  const format = useFormat();
  const queries = useQueryClient();
  const [hours, setHours] = useState<string>('24');
  const rotating = useMutation({
    mutationFn: (overlap_hours: number) =>
      answerOf(
        api.POST('/api/phone-numbers/{id}/token/rotate', {
          params: { path: { id: number.id } },
          body: { overlap_hours },
        }),
      ),
    async onSuccess({ phone_number }) {
      keepNewToken(queries, number.id, phone_number.token);
      await queries.invalidateQueries({ queryKey: ['numbers'] });
      // It is shown at the head of the page.
      scrollTo({ top: 0 });
    },
  });
  const labelOf = (value: number) =>
    value === 0 ? t('manage.rotate.now') : format.number(value, { style: 'unit', unit: 'hour', unitDisplay: 'long' });
  return (
    <>
      <Text size="sm">
        {t('manage.rotate.text')} <bdi className="ltr">{number.token}</bdi>
      </Text>
      <Group align="flex-end" justify="space-between" gap="sm">
        <Select
          label={t('manage.rotate.overlap')}
          allowDeselect={false}
          data={overlaps.map((value) => ({ value: String(value), label: labelOf(value) }))}
          value={hours}
          onChange={(value) => setHours(value ?? '24')}
        />
        <Button variant="default" loading={rotating.isPending} onClick={() => rotating.mutate(Number(hours))}>
          {t('manage.rotate.do')}
        </Button>
      </Group>
      {rotating.error !== null && <ErrorNotice error={rotating.error} />}
    </>
  );
}
