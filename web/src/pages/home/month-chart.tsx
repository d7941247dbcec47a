import { BarChart } from '@mantine/charts';
import { Box, useDirection } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import type { Day } from './every-day.ts';

// Mantine moves the labels away from an axis at the left end alone.
const endTick = { transform: 'translate(4, 0)', fontSize: 12, fill: 'currentColor' };

/** Messages by day; time runs in the direction that the language is read. */
export function MonthChart({ days, height }: { days: readonly Day[]; height: number }) {
  const { t } = useTranslation('home');
  const format = useFormat();
  const isMirrored = useDirection().dir === 'rtl';
  return (
    <Box dir="ltr" role="img" aria-label={t('month.title')}>
      <BarChart
        h={height}
        data={days.map((day) => ({ ...day, day: format.dayOfMonth(day.date) }))}
        dataKey="day"
        type="stacked"
        withLegend
        legendProps={{ verticalAlign: 'bottom' }}
        series={[
          { name: 'messages_sent', label: t('month.sent'), color: 'fleet.6' },
          { name: 'messages_received', label: t('month.received'), color: 'blue.5' },
          { name: 'messages_failed', label: t('month.failed'), color: 'red.6' },
        ]}
        valueFormatter={(value) => format.number(value)}
        xAxisProps={{ reversed: isMirrored, minTickGap: 24 }}
        yAxisProps={{
          orientation: isMirrored ? 'right' : 'left',
          allowDecimals: false,
          width: 56,
          ...(isMirrored ? { tick: endTick } : {}),
        }}
        barProps={{ isAnimationActive: false }}
      />
    </Box>
  );
}
