import { Button, Group, NumberInput, Select, SimpleGrid, Stack, Switch } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../../../api/client.ts';
import { useFormat } from '../../../i18n/format.ts';
import { LabelsInput } from '../labels.tsx';
import { plansQuery } from '../queries.ts';
import { Refusal } from '../refusal.tsx';
import type { ManagedUser } from '../types.ts';
import { useOrder } from '../use-order.tsx';

const figures = ['max_phone_numbers', 'max_messages_per_day', 'requests_per_minute'] as const;

/** Plan, figures of their own, and where the numbers may go; an empty figure is the plan's. */
export function UserForm({ user }: { user: ManagedUser }) {
  const { t } = useTranslation('operators');
  const { t: tCommon } = useTranslation();
  const format = useFormat();
  const { data: plans = [] } = useQuery(plansQuery);
  const form = useForm({
    initialValues: {
      plan_type: user.plan_type,
      max_phone_numbers: user.own.max_phone_numbers ?? ('' as number | ''),
      max_messages_per_day: user.own.max_messages_per_day ?? ('' as number | ''),
      requests_per_minute: user.own.requests_per_minute ?? ('' as number | ''),
      isolation: user.own.isolation ?? ('plan' as 'plan' | 'shared' | 'dedicated'),
      hasLabels: user.own.placement_labels !== null,
      labels: user.own.placement_labels ?? [],
    },
  });
  const { values } = form;
  const plan = plans.find(({ plan_type }) => plan_type === values.plan_type);
  const saving = useOrder(
    ({ hasLabels, labels, isolation, plan_type, ...own }: typeof values) =>
      answerOf(
        api.PATCH('/api/admin/users/{id}', {
          params: { path: { id: user.id } },
          body: {
            plan_type,
            max_phone_numbers: orNull(own.max_phone_numbers),
            max_messages_per_day: orNull(own.max_messages_per_day),
            requests_per_minute: orNull(own.requests_per_minute),
            placement_labels: hasLabels ? labels : null,
            isolation: isolation === 'plan' ? null : isolation,
          },
        }),
      ),
    { done: () => t('user.saved'), isQuiet: true },
  );
  return (
    <form onSubmit={form.onSubmit((given) => saving.mutate(given))}>
      <Stack>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Select
            label={t('user.plan')}
            allowDeselect={false}
            data={plans.map(({ plan_type: value }) => ({
              value,
              label: tCommon(`plan.${value}`, { defaultValue: value }),
            }))}
            {...form.getInputProps('plan_type')}
          />
          {figures.map((figure) => (
            <NumberInput
              key={figure}
              label={t(`limit.${figure}`)}
              placeholder={plan === undefined ? '' : t('limit.asPlan', { figure: format.number(plan[figure]) })}
              min={figure === 'requests_per_minute' ? 1 : 0}
              max={2_147_483_647}
              allowDecimal={false}
              {...form.getInputProps(figure)}
            />
          ))}
          <Select
            label={t('isolation.name')}
            allowDeselect={false}
            data={[
              { value: 'plan', label: t('isolation.asPlan') },
              { value: 'shared', label: t('isolation.shared') },
              { value: 'dedicated', label: t('isolation.dedicated') },
            ]}
            {...form.getInputProps('isolation')}
          />
        </SimpleGrid>
        <Switch label={t('labels.own')} {...form.getInputProps('hasLabels', { type: 'checkbox' })} />
        {values.hasLabels && <LabelsInput label={t('labels.required')} {...form.getInputProps('labels')} />}
        {saving.error !== null && <Refusal error={saving.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={saving.isPending} disabled={!form.isDirty()}>
            {tCommon('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const orNull = (figure: number | '') => (figure === '' ? null : figure);
