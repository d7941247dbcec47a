import { Anchor, Button, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { logIn, sessionQuery } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { FirstKey } from './first-key.tsx';
import { AuthFrame } from './frame.tsx';

type Plan = 'starter' | 'business' | 'enterprise';
type Values = { full_name: string; email: string; password: string; plan_type: Plan };

const plans: readonly Plan[] = ['starter', 'business', 'enterprise'];

export function SignUp() {
  const { t } = useTranslation('auth');
  const { t: tCommon } = useTranslation();
  const queries = useQueryClient();
  const [apiKey, setApiKey] = useState<string>();
  const form = useForm<Values>({
    mode: 'uncontrolled',
    initialValues: { full_name: '', email: '', password: '', plan_type: 'starter' },
    validate: { password: (password) => (password.length < 8 ? t('passwordRule') : null) },
  });
  const joining = useMutation({
    async mutationFn({ full_name, ...values }: Values) {
      const body = { ...values, ...(full_name === '' ? {} : { full_name }) };
      const { user } = await answerOf(api.POST('/api/auth/register', { body }));
      const session = await logIn({ email: values.email, password: values.password });
      return { apiKey: user.api_key, session };
    },
    onSuccess(joined) {
      setApiKey(joined.apiKey);
      queries.setQueryData(sessionQuery.queryKey, joined.session);
    },
  });
  if (apiKey !== undefined) return <FirstKey apiKey={apiKey} />;
  const code = joining.error instanceof ApiError ? joining.error.code : undefined;
  return (
    <AuthFrame title={t('signUp')}>
      <form onSubmit={form.onSubmit((values) => joining.mutate(values))}>
        <Stack>
          <TextInput
            label={`${t('fullName')} (${t('optional')})`}
            autoComplete="name"
            maxLength={100}
            key={form.key('full_name')}
            {...form.getInputProps('full_name')}
          />
          <TextInput
            label={t('email')}
            type="email"
            autoComplete="username"
            required
            dir="ltr"
            key={form.key('email')}
            {...form.getInputProps('email')}
            error={code === 'email_taken' ? t('taken') : undefined}
          />
          <PasswordInput
            label={t('password')}
            description={t('passwordRule')}
            autoComplete="new-password"
            required
            dir="ltr"
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Select
            label={t('plan')}
            data={plans.map((value) => ({ value, label: tCommon(`plan.${value}`) }))}
            allowDeselect={false}
            key={form.key('plan_type')}
            {...form.getInputProps('plan_type')}
          />
          {joining.error !== null && code !== 'email_taken' && <ErrorNotice error={joining.error} />}
          <Button type="submit" loading={joining.isPending}>
            {t('signUp')}
          </Button>
        </Stack>
      </form>
      <Group gap={6}>
        <Text size="sm" c="dimmed">
          {t('haveAccount')}
        </Text>
        <Anchor component={Link} to="/login" size="sm">
          {t('logIn')}
        </Anchor>
      </Group>
    </AuthFrame>
  );
}
