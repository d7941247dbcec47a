import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../components/copy-button.tsx';
import { type ShownNumber, useNewToken } from './number-queries.ts';

/** The token of a number that was just made, or given a new one, with a call that sends its first message. */
export function NewToken({ number }: { number: ShownNumber }) {
  const { t } = useTranslation('numbers');
  const { token, forget } = useNewToken(number.id);
  if (token === null) return null;
  const body = JSON.stringify({ token, number: '628123456789', text: t('token.hello') });
  const curl = [
    `curl ${location.origin}/api/messages/send-text`,
    `  -H 'x-api-key: YOUR_API_KEY'`,
    `  -H 'content-type: application/json'`,
    `  -d '${body.replaceAll("'", String.raw`'\''`)}'`,
  ].join(' \\\n');
  return (
    <Alert color="blue" title={t('token.title')} data-testid="new-token">
      <Stack gap="xs">
        <Text size="sm">{t('token.once')}</Text>
        <Group wrap="nowrap" gap={4}>
          <Code block flex={1} miw={0} style={{ whiteSpace: 'pre-wrap' }} data-testid="token">
            {token}
          </Code>
          <CopyButton text={token} label={t('token.copy')} />
        </Group>
        <Text size="sm">{t('token.tryIt')}</Text>
        <Group wrap="nowrap" gap={4} align="flex-start">
          <Code block flex={1} miw={0} style={{ whiteSpace: 'pre-wrap' }}>
            {curl}
          </Code>
          <CopyButton text={curl} label={t('token.copyCall')} />
        </Group>
        <Group>
          <Button size="xs" variant="default" onClick={forget}>
            {t('token.stored')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
