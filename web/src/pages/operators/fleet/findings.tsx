import { Pill, Select, SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { ListState } from '../list-state.tsx';
import { Pager } from '../pager.tsx';
import { findingsQuery } from '../queries.ts';
import { filled } from '../search-params.ts';
import { FleetTabs } from '../tabs.tsx';
import { type FindingKind, findingKinds } from '../types.ts';
import { usePages } from '../use-pages.ts';
import { BackendSelect } from './backend-select.tsx';
import { FindingsTable } from './findings-table.tsx';

export function Findings() {
  const { t } = useTranslation('operators');
  const filter = useSearch({ from: '/signed-in/operators/fleet/findings' });
  const navigate = useNavigate();
  const pages = usePages(filter);
  const findings = useQuery(findingsQuery({ ...filter, limit: 50, ...pages.page }));
  const change = (changed: Partial<typeof filter>) =>
    void navigate({ to: '/fleet/findings', search: filled({ ...filter, ...changed }), replace: true });
  return (
    <>
      <PageTitle title={t('tab.findings')} text={t('finding.text')} />
      <FleetTabs />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} mb="md">
        <Select
          label={t('finding.what')}
          placeholder={t('filter.all')}
          clearable
          data={findingKinds.map((value) => ({ value, label: t(`finding.${value}`) }))}
          value={filter.kind ?? null}
          onChange={(kind) => change({ kind: (kind ?? undefined) as FindingKind | undefined })}
        />
        <Select
          label={t('finding.outcome')}
          placeholder={t('filter.all')}
          clearable
          data={[
            { value: 'true', label: t('finding.stillOpen') },
            { value: 'false', label: t('finding.isOver') },
          ]}
          value={filter.open ?? null}
          onChange={(open) => change({ open: open === 'true' || open === 'false' ? open : undefined })}
        />
        <BackendSelect
          label={t('backend.one')}
          value={filter.backend_id}
          onChange={(backend_id) => change({ backend_id })}
        />
      </SimpleGrid>
      {filter.phone_number_id !== undefined && (
        <Pill
          withRemoveButton
          mb="md"
          onRemove={() => change({ phone_number_id: undefined })}
          removeButtonProps={{ 'aria-label': t('filter.drop'), 'aria-hidden': false, tabIndex: 0 }}
        >
          {t('number.title', { id: filter.phone_number_id })}
        </Pill>
      )}
      <ListState query={findings}>
        {({ findings: shown, next_cursor: next }) =>
          shown.length === 0 ? (
            <EmptyState title={t('finding.none')} text={t('finding.noneText')} />
          ) : (
            <>
              <FindingsTable findings={shown} />
              <Pager pages={pages} next={next} />
            </>
          )
        }
      </ListState>
    </>
  );
}
