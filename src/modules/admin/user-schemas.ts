import { type Static, Type } from 'typebox';
import { Cursor, exact, FoundNumberView, Isolation, Labels, NextCursor, nullable, success, Time } from './schemas.ts';

export const UsersQuery = Type.Object(
  {
    search: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'Part of the e-mail address, name or company.' }),
    ),
    plan_type: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('suspended')])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Cursor,
  },
  exact,
);

const Figure = (minimum: number) => nullable(Type.Integer({ minimum, maximum: 2_147_483_647 }));

export const ChangeUserBody = Type.Object(
  {
    plan_type: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('suspended')])),
    max_phone_numbers: Type.Optional(Figure(0)),
    max_messages_per_day: Type.Optional(Figure(0)),
    requests_per_minute: Type.Optional(Figure(1)),
    placement_labels: Type.Optional(nullable(Labels)),
    isolation: Type.Optional(nullable(Isolation)),
  },
  {
    ...exact,
    minProperties: 1,
    description: 'What is left out stays; null gives a figure of their own back to the plan.',
    examples: [{ plan_type: 'enterprise', max_messages_per_day: 100_000 }],
  },
);
export type ChangeUserBody = Static<typeof ChangeUserBody>;

const ManagedUserView = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  full_name: nullable(Type.String()),
  company_name: nullable(Type.String()),
  api_key: Type.String({ description: 'A hint.' }),
  plan_type: Type.String(),
  role: Type.String(),
  status: Type.String(),
  max_phone_numbers: Type.Integer({ description: 'What counts; `own` tells what of it is set for this user alone.' }),
  max_messages_per_day: Type.Integer(),
  requests_per_minute: Type.Integer(),
  placement_labels: Type.Array(Type.String()),
  isolation: Isolation,
  own: Type.Object({
    max_phone_numbers: nullable(Type.Integer()),
    max_messages_per_day: nullable(Type.Integer()),
    requests_per_minute: nullable(Type.Integer()),
    placement_labels: nullable(Type.Array(Type.String())),
    isolation: nullable(Isolation),
  }),
  usage_today: Type.Object({ messages_used: Type.Integer(), phone_numbers: Type.Integer() }),
  erasing_since: nullable(Type.String({ format: 'date-time', description: 'Since when all of it is being deleted.' })),
  created_at: Time,
});
export type ManagedUserView = Static<typeof ManagedUserView>;

export const OneUser = Type.Object({ success, user: ManagedUserView });
export const OneUserWithNumbers = Type.Object({
  success,
  user: ManagedUserView,
  phone_numbers: Type.Array(FoundNumberView),
});
export const ManyUsers = Type.Object({ success, users: Type.Array(ManagedUserView), next_cursor: NextCursor });
export const ErasingUser = Type.Object({ success, message: Type.String(), user: ManagedUserView });

export const PlanParams = Type.Object({ plan_type: Type.String({ minLength: 1, maxLength: 50 }) });
export const ChangePlanBody = Type.Object(
  { placement_labels: Type.Optional(Labels), isolation: Type.Optional(Isolation) },
  { ...exact, minProperties: 1, examples: [{ placement_labels: [], isolation: 'shared' }] },
);
const PlanView = Type.Object({
  plan_type: Type.String(),
  max_phone_numbers: Type.Integer(),
  max_messages_per_day: Type.Integer(),
  requests_per_minute: Type.Integer(),
  price: Type.String(),
  placement_labels: Type.Array(Type.String()),
  isolation: Isolation,
});
export const OnePlan = Type.Object({ success, plan: PlanView });
export const ManyPlans = Type.Object({ success, plans: Type.Array(PlanView) });
