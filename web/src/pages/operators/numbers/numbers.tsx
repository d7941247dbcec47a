import { NumberInput, Select, SimpleGrid } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../../components/page-title.tsx';
import { BackendSelect } from '../fleet/backend-select.tsx';
import { filled } from '../search-params.ts';
import { FleetTabs } from '../tabs.tsx';
import { numberStatuses } from '../types.ts';
import { NumberPages } from './number-pages.tsx';

/** Everybody's numbers. */
export function FleetNumbers() {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const filter = useSearch({ from: '/signed-in/operators/fleet/numbers' });
  const navigate = useNavigate();
  const change = (changed: Partial<typeof filter>) =>
    void navigate({ to: '/fleet/numbers', search: filled({ ...filter, ...changed }), replace: true });
  const idOf = (value: string | number) => (Number(value) > 0 ? Number(value) : undefined);
  return (
    <>
      <PageTitle title={t('tab.numbers')} text={t('number.text')} />
      <FleetTabs />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} mb="md">
        <NumberInput
          label={t('number.id')}
          placeholder={t('filter.all')}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={filter.id ?? ''}
          onChange={(value) => change({ id: idOf(value) })}
        />
        <NumberInput
          label={t('user.id')}
          placeholder={t('filter.all')}
          allowDecimal={false}
          allowNegative={false}
          hideControls
          value={filter.user_id ?? ''}
          onChange={(value) => change({ user_id: idOf(value) })}
        />
        <BackendSelect
          label={t('backend.one')}
          value={filter.backend_id}
          onChange={(backend_id) => change({ backend_id })}
        />
        <Select
          label={t('number.status')}
          placeholder={t('filter.all')}
          clearable
          data={numberStatuses.map((value) => ({ value, label: tCommon(`numberStatus.${value}`) }))}
          value={filter.status ?? null}
          onChange={(status) => change({ status: status ?? undefined })}
        />
      </SimpleGrid>
      <NumberPages filter={filter} />
    </>
  );
}
