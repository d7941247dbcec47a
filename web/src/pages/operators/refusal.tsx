import { Alert, Group, Text } from '@mantine/core';
import { ExclamationTriangleIcon } from '@radix-ui/react-icons';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/errors.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';

/** Why an order was refused: in the language that is shown, then in the server's own words. */
export function Refusal({ error }: { error: unknown }) {
  const { t, i18n } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  if (!(error instanceof ApiError) || !i18n.exists(`operators:refusal.${error.code}`))
    return <ErrorNotice error={error} />;
  const { code, message, requestId } = error;
  return (
    <Alert color="red" icon={<ExclamationTriangleIcon aria-hidden />} title={t(`refusal.${code}`)} role="alert">
      <Text size="sm" lang="en" dir="ltr">
        {message}
      </Text>
      <Group gap="xs" mt="xs">
        <Text size="xs" component="code">
          {[code, requestId].filter((part) => part !== null).join(' · ')}
        </Text>
        <CopyButton text={`${code} ${requestId ?? ''}`} label={tCommon('error.copy')} />
      </Group>
    </Alert>
  );
}
