import { Group, Pill, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { ListState } from '../list-state.tsx';
import { Pager } from '../pager.tsx';
import { auditQuery } from '../queries.ts';
import { filled } from '../search-params.ts';
import { usePages } from '../use-pages.ts';
import { DeedsTable } from './deeds-table.tsx';

const actions = [
  'backend.join',
  'backend.change',
  'backend.cordon',
  'backend.uncordon',
  'backend.drain',
  'backend.undrain',
  'backend.remove',
  'phone_number.move',
  'phone_number.restart',
  'phone_number.logout',
  'phone_number.recreate',
  'user.change',
  'user.erase',
  'plan.change',
  'incident.resume',
  'fleet.hold',
  'fleet.release',
];
const targets = ['backend', 'phone_number', 'user', 'plan', 'incident', 'fleet'];

/** What operators did. */
export function Audit() {
  const { t } = useTranslation('operators');
  const filter = useSearch({ from: '/signed-in/operators/audit' });
  const navigate = useNavigate();
  const pages = usePages(filter);
  const deeds = useQuery(auditQuery({ ...filter, limit: 50, ...pages.page }));
  const change = (changed: Partial<typeof filter>) =>
    void navigate({ to: '/audit', search: filled({ ...filter, ...changed }), replace: true });
  const changeSoon = useDebouncedCallback((id: string) => change({ target_id: id.trim() }), 300);
  return (
    <>
      <PageTitle title={t('audit.title')} text={t('audit.text')} />
      <SimpleGrid cols={{ base: 1, xs: 3 }} mb="md">
        <Select
          label={t('audit.action')}
          placeholder={t('filter.all')}
          clearable
          searchable
          data={actions.map((value) => ({ value, label: t(`action.${value.replace('.', '_')}`) }))}
          value={filter.action ?? null}
          onChange={(action) => change({ action: action ?? undefined })}
        />
        <Select
          label={t('audit.target')}
          placeholder={t('filter.all')}
          clearable
          data={targets.map((value) => ({ value, label: t(`target.${value}`) }))}
          value={filter.target_type ?? null}
          onChange={(type) => change({ target_type: type ?? undefined })}
        />
        <TextInput
          label={t('audit.targetId')}
          placeholder={t('filter.all')}
          dir="ltr"
          defaultValue={filter.target_id ?? ''}
          onChange={(event) => changeSoon(event.currentTarget.value)}
        />
      </SimpleGrid>
      {filter.operator_id !== undefined && (
        <Group mb="md">
          <Pill
            withRemoveButton
            onRemove={() => change({ operator_id: undefined })}
            removeButtonProps={{ 'aria-label': t('filter.drop'), 'aria-hidden': false, tabIndex: 0 }}
          >
            {t('audit.byOperator', { id: filter.operator_id })}
          </Pill>
        </Group>
      )}
      <ListState query={deeds}>
        {({ entries, next_cursor: next }) =>
          entries.length === 0 ? (
            <EmptyState title={t('audit.none')} text={t('audit.noneText')} />
          ) : (
            <>
              <DeedsTable deeds={entries} onOperator={(operator_id) => change({ operator_id })} />
              <Pager pages={pages} next={next} />
            </>
          )
        }
      </ListState>
    </>
  );
}
