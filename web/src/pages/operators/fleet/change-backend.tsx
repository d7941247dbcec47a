import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import type { Backend } from '../types.ts';
import { useOrder } from '../use-order.tsx';
import { BackendForm, type BackendValues } from './backend-form.tsx';

export function ChangeBackend({ backend, onClose }: { backend: Backend; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const { id } = backend;
  const changing = useOrder(
    ({ url: _, api_key, dedicated_to, ...values }: BackendValues) =>
      answerOf(
        api.PATCH('/api/admin/backends/{id}', {
          params: { path: { id } },
          body: {
            ...values,
            ...(api_key === '' ? {} : { api_key }),
            ...(values.isolation === 'dedicated' ? { dedicated_to: dedicated_to === '' ? null : dedicated_to } : {}),
          },
        }),
      ),
    { done: () => t('backend.changed', { id }), onDone: onClose, isQuiet: true },
  );
  return (
    <Modal opened onClose={onClose} title={t('backend.changeOne', { id })}>
      <BackendForm
        isNew={false}
        values={{
          url: backend.url,
          api_key: '',
          capacity: backend.capacity,
          labels: backend.labels,
          isolation: backend.isolation,
          dedicated_to: backend.dedicated_to ?? '',
        }}
        error={changing.error}
        isPending={changing.isPending}
        onSubmit={(values) => changing.mutate(values)}
        onCancel={onClose}
      />
    </Modal>
  );
}
