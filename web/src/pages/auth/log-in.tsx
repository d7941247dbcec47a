import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/errors.ts';
import { logIn, sessionQuery } from '../../api/session.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { AuthFrame } from './frame.tsx';

export function LogIn() {
  const { t } = useTranslation('auth');
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { to } = useSearch({ from: '/visitor' });
  const form = useForm({ mode: 'uncontrolled', initialValues: { email: '', password: '' } });
  const entering = useMutation({
    mutationFn: logIn,
    async onSuccess(session) {
      queries.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: to ?? '/' });
    },
  });
  const isWrong = entering.error instanceof ApiError && entering.error.code === 'invalid_credentials';
  return (
    <AuthFrame title={t('logIn')}>
      <form onSubmit={form.onSubmit((values) => entering.mutate(values))}>
        <Stack>
          <TextInput
            label={t('email')}
            type="email"
            autoComplete="username"
            required
            dir="ltr"
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('password')}
            autoComplete="current-password"
            required
            dir="ltr"
            key={form.key('password')}
            {...form.getInputProps('password')}
            error={isWrong ? t('wrong') : undefined}
          />
          {entering.error !== null && !isWrong && <ErrorNotice error={entering.error} />}
          <Button type="submit" loading={entering.isPending}>
            {t('logIn')}
          </Button>
          <Anchor component={Link} to="/forgot-password" size="sm">
            {t('forgot')}
          </Anchor>
        </Stack>
      </form>
      <Group gap={6}>
        <Text size="sm" c="dimmed">
          {t('noAccount')}
        </Text>
        <Anchor component={Link} to="/signup" size="sm">
          {t('signUp')}
        </Anchor>
      </Group>
    </AuthFrame>
  );
}
