import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';

/** Says in passing that something was done. */
export function useToast(): (message: string) => void {
  const { t } = useTranslation();
  return (message) =>
    void notifications.show({ color: 'teal', message, closeButtonProps: { 'aria-label': t('close') } });
}
