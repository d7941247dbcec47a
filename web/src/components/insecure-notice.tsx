import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/session.ts';

/** Over plain HTTP whoever listens can take the session. */
export function InsecureNotice() {
  const { t } = useTranslation();
  const { is_secured: isSecured } = useSession();
  if (isSecured) return null;
  return (
    <Alert color="orange" mb="md" title={t('insecure.title')}>
      {t('insecure.text')}
    </Alert>
  );
}
