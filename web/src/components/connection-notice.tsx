import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Says that what is shown may be old; goes away by itself. */
export function ConnectionNotice({ isConnected }: { isConnected: boolean }) {
  const { t } = useTranslation();
  if (isConnected) return null;
  return (
    <Alert color="yellow" mb="md" role="status" title={t('connection.lost')}>
      {t('connection.lostText')}
    </Alert>
  );
}
