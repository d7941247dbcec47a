import { Button, Group, NumberInput, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { isInRange, useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { LabelsInput } from '../labels.tsx';
import { Refusal } from '../refusal.tsx';

export type BackendValues = {
  url: string;
  api_key: string;
  capacity: number;
  labels: string[];
  isolation: 'shared' | 'dedicated';
  dedicated_to: number | '';
};

/** The same for one that joins and for one that is changed, whose address stays. */
export function BackendForm(props: {
  values: BackendValues;
  isNew: boolean;
  error: unknown;
  isPending: boolean;
  onSubmit: (values: BackendValues) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const { isNew } = props;
  const form = useForm<BackendValues>({
    initialValues: props.values,
    validate: {
      capacity: isInRange({ min: 1, max: 1_000_000 }, t('backend.capacityRule')),
      labels: (labels) => (labels.every((label) => /^[^=\s]+=[^=\s]+$/.test(label)) ? null : t('labels.wrong')),
    },
  });
  return (
    <form onSubmit={form.onSubmit(props.onSubmit)}>
      <Stack>
        {isNew && (
          <TextInput
            label={t('backend.url')}
            placeholder="http://10.0.0.13:8080"
            required
            dir="ltr"
            data-autofocus
            {...form.getInputProps('url')}
          />
        )}
        <PasswordInput
          label={t('backend.key')}
          description={t(isNew ? 'backend.keyText' : 'backend.keyStays')}
          required={isNew}
          autoComplete="off"
          dir="ltr"
          {...form.getInputProps('api_key')}
        />
        <NumberInput
          label={t('backend.capacity')}
          description={t('backend.capacityText')}
          required
          min={1}
          max={1_000_000}
          allowDecimal={false}
          {...form.getInputProps('capacity')}
        />
        <LabelsInput label={t('labels.name')} {...form.getInputProps('labels')} />
        <Select
          label={t('isolation.name')}
          description={t('isolation.ofBackend')}
          data={[
            { value: 'shared', label: t('isolation.shared') },
            { value: 'dedicated', label: t('isolation.dedicated') },
          ]}
          allowDeselect={false}
          {...form.getInputProps('isolation')}
        />
        {form.values.isolation === 'dedicated' && (
          <NumberInput
            label={t('isolation.user')}
            description={t('isolation.userText')}
            min={1}
            allowDecimal={false}
            {...form.getInputProps('dedicated_to')}
          />
        )}
        {props.error !== null && <Refusal error={props.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            {tCommon('cancel')}
          </Button>
          <Button type="submit" loading={props.isPending}>
            {isNew ? t('backend.add') : tCommon('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
