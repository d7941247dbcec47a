import { Alert, Button, Group, Text } from '@mantine/core';
import { ExclamationTriangleIcon } from '@radix-ui/react-icons';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { CopyButton } from './copy-button.tsx';

/** What went wrong, with the code and the request's id for whoever is asked for help. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const known = error instanceof ApiError ? error : undefined;
  const isUnreachable = known?.code === 'unreachable';
  return (
    <Alert
      color="red"
      icon={<ExclamationTriangleIcon aria-hidden />}
      title={t(isUnreachable ? 'error.unreachable' : 'error.title')}
      role="alert"
    >
      <Text size="sm">
        {isUnreachable ? t('error.unreachableText') : error instanceof Error ? error.message : String(error)}
      </Text>
      <Group gap="xs" mt="xs">
        {known !== undefined && !isUnreachable && (
          <Text size="xs" c="dimmed" component="code">
            {[known.code, known.requestId].filter((part) => part !== null).join(' · ')}
          </Text>
        )}
        {known?.requestId != null && <CopyButton text={`${known.code} ${known.requestId}`} label={t('error.copy')} />}
        {onRetry !== undefined && (
          <Button size="compact-xs" variant="light" color="red" onClick={onRetry}>
            {t('retry')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
