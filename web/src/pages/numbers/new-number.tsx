import { Alert, Anchor, Button, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { useFormat } from '../../i18n/format.ts';
import { dashboardQuery } from '../home/home-queries.ts';
import { aliasFault, textOrNull, urlFault } from './number-form.ts';
import { keepNewToken } from './number-queries.ts';

type Values = { display_name: string; alias: string; webhook_url: string };

/** Makes a number and goes on to where it is connected. */
export function NewNumber() {
  const { t } = useTranslation('numbers');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data: dashboard } = useQuery(dashboardQuery);
  const form = useForm<Values>({
    mode: 'uncontrolled',
    initialValues: { display_name: '', alias: '', webhook_url: '' },
    validate: {
      alias: (alias) => (aliasFault(alias) ? t('new.aliasRule') : null),
      webhook_url: (url) => (urlFault(url) ? t('new.urlRule') : null),
    },
  });
  const making = useMutation({
    mutationFn: ({ display_name, alias, webhook_url }: Values) =>
      answerOf(
        api.POST('/api/phone-numbers/create', {
          body: {
            display_name: textOrNull(display_name),
            alias: textOrNull(alias),
            webhook_url: textOrNull(webhook_url),
          },
        }),
      ),
    onError(error) {
      if (!(error instanceof ApiError)) return;
      if (error.code === 'alias_taken') form.setFieldError('alias', t('new.aliasTaken'));
      if (error.code === 'invalid_url') form.setFieldError('webhook_url', error.message);
    },
    async onSuccess({ phone_number: { id, token } }) {
      keepNewToken(queries, id, token);
      void queries.invalidateQueries({ queryKey: ['numbers'] });
      void queries.invalidateQueries({ queryKey: ['dashboard'] });
      await navigate({ to: '/numbers/$id', params: { id: String(id) } });
    },
  });
  const isFull = dashboard !== undefined && dashboard.total_phone_numbers >= dashboard.max_phone_numbers;
  const isOfField =
    making.error instanceof ApiError && (making.error.code === 'alias_taken' || making.error.code === 'invalid_url');
  return (
    <>
      <PageTitle title={t('new.title')} text={t('new.text')} />
      <Paper withBorder p="lg" maw={560}>
        <form onSubmit={form.onSubmit((values) => making.mutate(values))}>
          <Stack>
            {dashboard !== undefined && !isFull && (
              <Text size="sm" c="dimmed">
                {t('new.limit', {
                  used: format.number(dashboard.total_phone_numbers),
                  limit: format.number(dashboard.max_phone_numbers),
                  plan: tCommon(`plan.${dashboard.plan_type}`, { defaultValue: dashboard.plan_type }),
                })}
              </Text>
            )}
            {isFull && (
              <Alert color="orange" title={t('new.fullTitle')}>
                {t('new.fullText', { limit: format.number(dashboard.max_phone_numbers) })}{' '}
                <Anchor component={Link} to="/numbers">
                  {tCommon('nav.numbers')}
                </Anchor>
              </Alert>
            )}
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
            {making.error !== null && !isOfField && <ErrorNotice error={making.error} />}
            <Button type="submit" loading={making.isPending} disabled={isFull}>
              {t('new.go')}
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {t(making.isPending ? 'new.busy' : 'new.next')}
            </Text>
          </Stack>
        </form>
      </Paper>
    </>
  );
}
