import { Button, Group, NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import type { PhoneNumber } from './number.ts';
import { aliasFault, changeOf, type SettingValues, settingValuesOf, urlFault } from './number-form.ts';
import { Section } from './section.tsx';
import { useToast } from './use-toast.ts';

/** What a number is called, whom its events are told, and how fast it sends. */
export function NumberSettings({ number }: { number: PhoneNumber }) {
  const { t } = useTranslation('numbers');
  const { t: tCommon } = useTranslation();
  const queries = useQueryClient();
  const toast = useToast();
  const form = useForm<SettingValues>({
    mode: 'uncontrolled',
    initialValues: settingValuesOf(number),
    validate: {
      alias: (alias) => (aliasFault(alias) ? t('new.aliasRule') : null),
      webhook_url: (url) => (urlFault(url) ? t('new.urlRule') : null),
    },
  });
  const saving = useMutation({
    mutationFn: (values: SettingValues) =>
      answerOf(
        api.PATCH('/api/phone-numbers/{id}', { params: { path: { id: number.id } }, body: changeOf(number, values) }),
      ),
    onError(error) {
      if (!(error instanceof ApiError)) return;
      if (error.code === 'alias_taken') form.setFieldError('alias', t('new.aliasTaken'));
      if (error.code === 'invalid_url') form.setFieldError('webhook_url', error.message);
    },
    async onSuccess({ phone_number }) {
      form.setInitialValues(settingValuesOf(phone_number));
      form.reset();
      toast(t('settings.saved'));
      await queries.invalidateQueries({ queryKey: ['numbers'] });
    },
  });
  const isOfField =
    saving.error instanceof ApiError && (saving.error.code === 'alias_taken' || saving.error.code === 'invalid_url');
  return (
    <Section title={t('settings.title')}>
      <form
        onSubmit={form.onSubmit((values) => {
          if (Object.keys(changeOf(number, values)).length > 0) saving.mutate(values);
          else toast(t('settings.same'));
        })}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t('field.name')}
            description={t('field.nameText')}
            maxLength={100}
            dir="auto"
            key={form.key('display_name')}
            {...form.getInputProps('display_name')}
          />
          <TextInput
            label={t('field.alias')}
            description={t('field.aliasText')}
            maxLength={100}
            dir="auto"
            key={form.key('alias')}
            {...form.getInputProps('alias')}
          />
          <TextInput
            label={t('field.webhook')}
            description={t('field.webhookText')}
            maxLength={2048}
            dir="ltr"
            inputMode="url"
            placeholder="https://"
            key={form.key('webhook_url')}
            {...form.getInputProps('webhook_url')}
          />
          <NumberInput
            label={t('field.interval')}
            description={t('field.intervalText')}
            min={0}
            max={3_600}
            decimalScale={3}
            key={form.key('interval')}
            {...form.getInputProps('interval')}
          />
          <NumberInput
            label={t('field.jitter')}
            description={t('field.jitterText')}
            min={0}
            max={3_600}
            decimalScale={3}
            key={form.key('jitter')}
            {...form.getInputProps('jitter')}
          />
          <NumberInput
            label={t('field.cap')}
            description={t('field.capText')}
            min={1}
            max={2_147_483_647}
            allowDecimal={false}
            key={form.key('daily_cap')}
            {...form.getInputProps('daily_cap')}
          />
        </SimpleGrid>
        {saving.error !== null && !isOfField && <ErrorNotice error={saving.error} />}
        <Group mt="md">
          <Button type="submit" loading={saving.isPending}>
            {tCommon('save')}
          </Button>
        </Group>
      </form>
    </Section>
  );
}
