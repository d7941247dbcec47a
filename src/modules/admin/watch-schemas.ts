import { type Static, Type } from 'typebox';
import { findingKinds, incidentKinds } from '../fleet/index.ts';
import { Cursor, exact, Id, NextCursor, nullable, success, Time } from './schemas.ts';

const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const Detail = nullable(Type.Record(Type.String(), Type.Unknown(), { description: 'What is known of it; by kind.' }));
const Flag = Type.Union([Type.Literal('true'), Type.Literal('false')]);
const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  cursor: Cursor,
};

export const UuidParams = Type.Object({ id: Uuid });

export const FindingsQuery = Type.Object(
  {
    backend_id: Type.Optional(Id),
    phone_number_id: Type.Optional(Id),
    kind: Type.Optional(Type.Enum([...findingKinds])),
    open: Type.Optional(Flag),
    ...paging,
  },
  exact,
);

const FindingView = Type.Object({
  id: Type.String(),
  backend_id: Type.Integer(),
  phone_number_id: nullable(Type.Integer()),
  backend_name: nullable(Type.String({ description: 'Its name on the backend.' })),
  kind: Type.String(),
  detail: Detail,
  sightings: Type.Integer(),
  steps_taken: Type.Integer({ description: 'Repairs that were tried.' }),
  next_step_at: Time,
  found_at: Time,
  last_seen_at: Time,
  ended_at: nullable(Time),
  outcome: nullable(
    Type.String({
      description: '`mended` by us, `gone` by itself, `given_up`, or `left` because it is not ours to mend.',
    }),
  ),
});
export type FindingView = Static<typeof FindingView>;

const RepairView = Type.Object({
  id: Type.String(),
  finding_id: Type.String(),
  backend_id: Type.Integer(),
  phone_number_id: nullable(Type.Integer()),
  step: Type.String(),
  outcome: Type.String({
    description: '`proved`, `unproved` where nothing changed, `failed` where it could not be done.',
  }),
  detail: nullable(Type.String()),
  began_at: Time,
  ended_at: Time,
});
export type RepairView = Static<typeof RepairView>;

export const FindingsAnswer = Type.Object({ success, findings: Type.Array(FindingView), next_cursor: NextCursor });
export const FindingAnswer = Type.Object({ success, finding: FindingView, repairs: Type.Array(RepairView) });

export const RepairsQuery = Type.Object({ backend_id: Type.Optional(Id), ...paging }, exact);
export const RepairsAnswer = Type.Object({ success, repairs: Type.Array(RepairView), next_cursor: NextCursor });

export const IncidentsQuery = Type.Object(
  {
    backend_id: Type.Optional(Id),
    kind: Type.Optional(Type.Enum([...incidentKinds])),
    open: Type.Optional(Flag),
    ...paging,
  },
  exact,
);

const IncidentView = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  backend_id: nullable(Type.Integer({ description: 'null: it is about all of the fleet.' })),
  numbers: Type.Integer({ description: 'Phone numbers it concerns.' }),
  detail: Detail,
  began_at: Time,
  last_seen_at: Time,
  resumed_at: nullable(Type.String({ format: 'date-time', description: 'When an operator ordered to go on.' })),
  ended_at: nullable(Time),
  outcome: nullable(Type.String()),
});
export type IncidentView = Static<typeof IncidentView>;

export const IncidentsAnswer = Type.Object({ success, incidents: Type.Array(IncidentView), next_cursor: NextCursor });
export const IncidentAnswer = Type.Object({ success, incident: IncidentView });

export const HoldBody = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500 }) },
  { ...exact, examples: [{ reason: 'Restored from the backup of last night' }] },
);
const HoldView = Type.Object({
  reason: Type.String(),
  since: Time,
  set_by: nullable(Type.Integer({ description: 'The operator; null where the fleet held itself.' })),
});
export type HoldView = Static<typeof HoldView>;
export const HoldAnswer = Type.Object({ success, hold: nullable(HoldView) });

const Counts = (description: string) => Type.Record(Type.String(), Type.Integer(), { description });
export const FleetAnswer = Type.Object({
  success,
  backends: Counts('How many of each state.'),
  phone_numbers: Counts('How many of each status.'),
  open_findings: Counts('How many of each kind.'),
  open_incidents: Type.Array(IncidentView),
  hold: nullable(HoldView),
  passes: Type.Array(
    Type.Object({
      backend_id: Type.Integer(),
      phone_numbers: Type.Integer({ description: 'Looked after by the last pass.' }),
      last_pass_at: nullable(Time),
      questions: Type.Integer({ description: 'Asked so far.' }),
      busy_ms: Type.Integer({ description: 'For so long it was busy with them, by our measure.' }),
      last_list_at: nullable(Type.String({ format: 'date-time', description: 'When all its instances were listed.' })),
      instances: nullable(Type.Integer({ description: 'In that list.' })),
      foreign_instances: nullable(Type.Integer({ description: 'Of these, such whose names are not ours.' })),
    }),
  ),
});
export type FleetAnswer = Static<typeof FleetAnswer>;
