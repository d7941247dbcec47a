import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { ListState } from '../list-state.tsx';
import { Pager } from '../pager.tsx';
import { incidentsQuery } from '../queries.ts';
import { FleetTabs } from '../tabs.tsx';
import { usePages } from '../use-pages.ts';
import { IncidentCard } from './incident-card.tsx';

export function Incidents() {
  const { t } = useTranslation('operators');
  const pages = usePages({});
  const incidents = useQuery(incidentsQuery({ limit: 20, ...pages.page }));
  return (
    <>
      <PageTitle title={t('tab.incidents')} text={t('incident.text')} />
      <FleetTabs />
      <ListState query={incidents}>
        {({ incidents: shown, next_cursor: next }) =>
          shown.length === 0 ? (
            <EmptyState title={t('incident.none')} text={t('incident.noneText')} />
          ) : (
            <Stack gap="sm">
              {shown.map((incident) => (
                <IncidentCard key={incident.id} incident={incident} />
              ))}
              <Pager pages={pages} next={next} />
            </Stack>
          )
        }
      </ListState>
    </>
  );
}
