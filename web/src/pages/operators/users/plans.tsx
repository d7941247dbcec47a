import { Button, Card, Group, Select, SimpleGrid, Stack, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { PageTitle } from '../../../components/page-title.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { Facts } from '../facts.tsx';
import { LabelsInput } from '../labels.tsx';
import { ListState } from '../list-state.tsx';
import { plansQuery } from '../queries.ts';
import { Refusal } from '../refusal.tsx';
import { UserTabs } from '../tabs.tsx';
import type { Plan } from '../types.ts';
import { useOrder } from '../use-order.tsx';

/** The plans, and where the numbers of their users may go. */
export function Plans() {
  const { t } = useTranslation('operators');
  const plans = useQuery(plansQuery);
  return (
    <>
      <PageTitle title={t('tab.plans')} text={t('plan.text')} />
      <UserTabs />
      <ListState query={plans}>
        {(all) => (
          <SimpleGrid cols={{ base: 1, md: 3 }}>
            {all.map((plan) => (
              <PlanCard key={plan.plan_type} plan={plan} />
            ))}
          </SimpleGrid>
        )}
      </ListState>
    </>
  );
}

function PlanCard({ plan }: { plan: Plan }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const { plan_type } = plan;
  const name = tCommon(`plan.${plan_type}`, { defaultValue: plan_type });
  const form = useForm({ initialValues: { placement_labels: plan.placement_labels, isolation: plan.isolation } });
  const saving = useOrder(
    (body: typeof form.values) =>
      answerOf(api.PATCH('/api/admin/plans/{plan_type}', { params: { path: { plan_type } }, body })),
    { done: () => t('plan.saved', { plan: name }), onDone: (_, given) => form.resetDirty(given), isQuiet: true },
  );
  return (
    <Card withBorder>
      <form onSubmit={form.onSubmit((values) => saving.mutate(values))}>
        <Stack>
          <Title order={2} size="h4">
            {name}
          </Title>
          <Facts
            columns={2}
            facts={[
              [
                t('plan.price'),
                <span key="price" className="ltr">
                  {plan.price}
                </span>,
              ],
              [t('limit.max_phone_numbers'), format.number(plan.max_phone_numbers)],
              [t('limit.max_messages_per_day'), format.number(plan.max_messages_per_day)],
              [t('limit.requests_per_minute'), format.number(plan.requests_per_minute)],
            ]}
          />
          <LabelsInput label={t('labels.required')} {...form.getInputProps('placement_labels')} />
          <Select
            label={t('isolation.name')}
            description={t('isolation.ofPlan')}
            allowDeselect={false}
            data={[
              { value: 'shared', label: t('isolation.shared') },
              { value: 'dedicated', label: t('isolation.dedicated') },
            ]}
            {...form.getInputProps('isolation')}
          />
          {saving.error !== null && <Refusal error={saving.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
              {tCommon('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
