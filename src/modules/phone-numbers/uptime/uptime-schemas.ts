import { type Static, Type } from 'typebox';
import type { Uptime, UptimeFigures } from './uptime.ts';

const Figures = Type.Object({
  connected_seconds: Type.Integer(),
  observed_seconds: Type.Integer({ description: 'Of this time, what the connection was watched.' }),
  uptime: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'The connected share of what was watched; null before anything was.',
  }),
  losses: Type.Integer({ description: 'Connections that ended in this time, whatever ended them.' }),
});

export const UptimeAnswer = Type.Object({
  success: Type.Literal(true),
  since: Type.String({ format: 'date-time', description: 'When watching began: usually when the number was created.' }),
  last_24h: Figures,
  last_7d: Figures,
  last_30d: Figures,
});

export function uptimeView(uptime: Uptime): Static<typeof UptimeAnswer> {
  return {
    success: true,
    since: uptime.since.toISOString(),
    last_24h: figuresView(uptime.last24h),
    last_7d: figuresView(uptime.last7d),
    last_30d: figuresView(uptime.last30d),
  };
}

function figuresView(figures: UptimeFigures): Static<typeof Figures> {
  const { connectedSeconds, observedSeconds, uptime, losses } = figures;
  return { connected_seconds: connectedSeconds, observed_seconds: observedSeconds, uptime, losses };
}
