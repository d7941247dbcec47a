import { Modal, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { useOrder } from '../use-order.tsx';
import { BackendForm, type BackendValues } from './backend-form.tsx';

const nothingYet: BackendValues = {
  url: '',
  api_key: '',
  capacity: 500,
  labels: [],
  isolation: 'shared',
  dedicated_to: '',
};

export function AddBackend({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const joining = useOrder(
    ({ dedicated_to, ...values }: BackendValues) =>
      answerOf(
        api.POST('/api/admin/backends', {
          body: {
            ...values,
            ...(values.isolation === 'dedicated' ? { dedicated_to: dedicated_to === '' ? null : dedicated_to } : {}),
          },
        }),
      ),
    { done: ({ backend }) => t('backend.joined', { url: backend.url }), onDone: onClose, isQuiet: true },
  );
  return (
    <Modal opened={isOpen} onClose={onClose} onExitTransitionEnd={joining.reset} title={t('backend.add')}>
      <Text size="sm" c="dimmed" mb="md">
        {t('backend.addText')}
      </Text>
      <BackendForm
        isNew
        values={nothingYet}
        error={joining.error}
        isPending={joining.isPending}
        onSubmit={(values) => joining.mutate(values)}
        onCancel={onClose}
      />
    </Modal>
  );
}
