import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../components/copy-button.tsx';
import { AuthFrame } from './frame.tsx';

/** The key that is shown once, with a call that works as it stands. */
export function FirstKey({ apiKey }: { apiKey: string }) {
  const { t } = useTranslation('auth');
  const navigate = useNavigate();
  const curl = `curl ${location.origin}/api/user/profile -H 'x-api-key: ${apiKey}'`;
  return (
    <AuthFrame title={t('keyTitle')} text={t('keyOnce')}>
      <Stack gap="xs">
        <Group wrap="nowrap" gap={4}>
          <Code block className="ltr" flex={1} data-testid="api-key">
            {apiKey}
          </Code>
          <CopyButton text={apiKey} />
        </Group>
        <Text size="sm" fw={500}>
          {t('tryIt')}
        </Text>
        <Group wrap="nowrap" gap={4}>
          <Code block className="ltr" flex={1} style={{ whiteSpace: 'pre-wrap' }}>
            {curl}
          </Code>
          <CopyButton text={curl} />
        </Group>
        <Button onClick={() => void navigate({ to: '/' })}>{t('goOn')}</Button>
      </Stack>
    </AuthFrame>
  );
}
