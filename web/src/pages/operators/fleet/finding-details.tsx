import { Code, Modal, Stack, Text, Timeline, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { Facts } from '../facts.tsx';
import { ListState } from '../list-state.tsx';
import { findingQuery } from '../queries.ts';
import type { Finding, Repair } from '../types.ts';
import { When } from '../when.tsx';
import { detailText } from './detail-text.ts';
import { FindingOutcome } from './findings-table.tsx';
import { RepairOutcome } from './repair-outcome.tsx';

/** One finding with the repairs that were tried. */
export function FindingDetails({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const query = useQuery(findingQuery(id));
  const kind = query.data?.finding.kind;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={kind === undefined ? t('finding.one') : t(`finding.${kind}`, { defaultValue: kind })}
    >
      <ListState query={query}>
        {({ finding, repairs }) => (
          <Stack>
            <Text size="sm">{t(`findingText.${finding.kind}`, { defaultValue: '' })}</Text>
            <About finding={finding} />
            <Title order={3} size="h5">
              {t('tab.repairs')}
            </Title>
            {repairs.length === 0 ? <Text size="sm">{t('repair.noneYet')}</Text> : <Steps repairs={repairs} />}
          </Stack>
        )}
      </ListState>
    </Modal>
  );
}

function About({ finding }: { finding: Finding }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  return (
    <>
      <Facts
        facts={[
          [t('finding.outcome'), <FindingOutcome key="outcome" outcome={finding.outcome} />],
          [t('finding.found'), <When key="found" at={finding.found_at} />],
          [t('finding.seen'), <When key="seen" at={finding.last_seen_at} />],
          [t('finding.sightings'), format.number(finding.sightings)],
          [t('backend.one'), `#${finding.backend_id}`],
          [t('finding.nextStep'), finding.ended_at === null ? <When key="next" at={finding.next_step_at} /> : null],
        ]}
      />
      {finding.backend_name !== null && <Code className="ltr">{finding.backend_name}</Code>}
      {finding.detail !== null && <Code className="ltr">{detailText(finding.detail)}</Code>}
    </>
  );
}

function Steps({ repairs }: { repairs: readonly Repair[] }) {
  const { t } = useTranslation('operators');
  return (
    <Timeline bulletSize={14} lineWidth={2}>
      {repairs.map((repair) => (
        <Timeline.Item key={repair.id} title={t(`step.${repair.step}`, { defaultValue: repair.step })}>
          <RepairOutcome outcome={repair.outcome} />
          {repair.detail !== null && (
            <Text size="sm" lang="en">
              <span className="ltr">{repair.detail}</span>
            </Text>
          )}
          <When at={repair.ended_at} />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
