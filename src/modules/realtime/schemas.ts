import { Type } from 'typebox';

export const TicketBody = Type.Object({
  success: Type.Literal(true),
  ticket: Type.String({
    description: 'For `auth: { ticket }` of one connection.',
    examples: ['ert_3fQ8vT1mYbK7cWzR5hN2xL9dJ4sP6a0bC1dE'],
  }),
  expires_at: Type.String({ format: 'date-time', examples: ['2026-01-01T10:01:00.000Z'] }),
});
