import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../api/client.ts';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { AuthFrame } from './frame.tsx';

export function ForgotPassword() {
  const { t } = useTranslation('auth');
  const form = useForm({ mode: 'uncontrolled', initialValues: { email: '' } });
  const asking = useMutation({
    mutationFn: (body: { email: string }) => answerOf(api.POST('/api/auth/forgot-password', { body })),
  });
  return (
    <AuthFrame title={t('forgotTitle')} text={t('forgotText')}>
      {asking.isSuccess ? (
        <Alert color="teal" role="status">
          {t('linkSent')}
        </Alert>
      ) : (
        <form onSubmit={form.onSubmit((values) => asking.mutate(values))}>
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
            {asking.error !== null && <ErrorNotice error={asking.error} />}
            <Button type="submit" loading={asking.isPending}>
              {t('sendLink')}
            </Button>
          </Stack>
        </form>
      )}
      <Anchor component={Link} to="/login" size="sm">
        {t('backToLogIn')}
      </Anchor>
    </AuthFrame>
  );
}
