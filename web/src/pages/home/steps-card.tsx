import { Box, Button, Group, Paper, Stack, Text, ThemeIcon, Title, VisuallyHidden } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { CheckIcon, CircleIcon } from '@radix-ui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { firstStepsOf, type Step } from './first-steps.ts';
import { type Dashboard, firstDeliveryQuery } from './home-queries.ts';

/** A list of what to do first, which ticks itself; gone once all is done, or when it is not wanted. */
export function FirstSteps({ dashboard }: { dashboard: Dashboard }) {
  const { t } = useTranslation('home');
  const [isHidden, setHidden] = useLocalStorage({
    key: 'evofleet-first-steps-hidden',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const { data: hasDelivery } = useQuery({ ...firstDeliveryQuery, enabled: !isHidden });
  if (isHidden || hasDelivery === undefined) return null;
  const steps = firstStepsOf(dashboard, hasDelivery);
  const next = steps.find(({ isDone }) => !isDone);
  if (next === undefined) return null;
  return (
    <Paper withBorder p="lg" component="section" data-testid="first-steps">
      <Group justify="space-between" mb="md">
        <Title order={2} size="h4">
          {t('steps.title')}
        </Title>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setHidden(true)}>
          {t('steps.hide')}
        </Button>
      </Group>
      <Stack component="ol" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
        {steps.map((step) => (
          <StepRow key={step.name} step={step} isNext={step === next} />
        ))}
      </Stack>
    </Paper>
  );
}

function StepRow({ step, isNext }: { step: Step; isNext: boolean }) {
  const { t } = useTranslation('home');
  return (
    <Group
      component="li"
      wrap="nowrap"
      align="flex-start"
      gap="sm"
      data-done={step.isDone}
      data-testid={`step-${step.name}`}
    >
      <ThemeIcon
        radius="xl"
        size="sm"
        mt={2}
        variant={step.isDone ? 'filled' : 'light'}
        color={step.isDone ? 'teal' : 'gray'}
      >
        {step.isDone ? <CheckIcon aria-hidden /> : <CircleIcon aria-hidden />}
      </ThemeIcon>
      <Box flex={1}>
        <Text fw={600} td={step.isDone ? 'line-through' : 'none'}>
          {t(`steps.${step.name}.title`)}
          <VisuallyHidden>{step.isDone ? ` (${t('steps.done')})` : ''}</VisuallyHidden>
        </Text>
        {!step.isDone && (
          <Text size="sm" c="dimmed">
            {t(`steps.${step.name}.text`)}
          </Text>
        )}
        {isNext && (
          <Button component={Link} to={step.to} size="sm" mt="xs">
            {t(`steps.${step.name}.do`)}
          </Button>
        )}
      </Box>
    </Group>
  );
}
