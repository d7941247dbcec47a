import { type Static, Type } from 'typebox';

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const exact = { additionalProperties: false } as const;
export const success = Type.Literal(true);
export const Time = Type.String({ format: 'date-time' });
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const IdParams = Type.Object({ id: Id });
export const Cursor = Type.Optional(
  Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
);
export const NextCursor = nullable(Type.String());

export const Isolation = Type.Union([Type.Literal('shared'), Type.Literal('dedicated')], {
  description: 'dedicated: a user has backends of their own.',
});
export const Labels = Type.Array(Type.String({ maxLength: 130 }), {
  maxItems: 32,
  description: '`key=value` each.',
  examples: [['region=br', 'disk=ssd']],
});

const Capacity = Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Phone numbers at most.' });
const Key = Type.String({
  pattern: '^[\\x21-\\x7E]{1,500}$',
  description: 'Its AUTHENTICATION_API_KEY. Kept sealed, never shown again.',
});
const DedicatedTo = nullable(
  Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Id of the user whose numbers alone it takes; null leaves it to the first.',
  }),
);

export const JoinBody = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2048, examples: ['http://10.0.0.11:8080'] }),
    api_key: Key,
    capacity: Type.Optional(Capacity),
    labels: Type.Optional(Labels),
    isolation: Type.Optional(Isolation),
    dedicated_to: Type.Optional(DedicatedTo),
  },
  {
    ...exact,
    examples: [{ url: 'http://127.0.0.1:9', api_key: 'its-global-key', capacity: 200, labels: ['region=br'] }],
  },
);

export const ChangeBackendBody = Type.Object(
  {
    capacity: Type.Optional(Capacity),
    labels: Type.Optional(Labels),
    api_key: Type.Optional(Key),
    isolation: Type.Optional(Isolation),
    dedicated_to: Type.Optional(DedicatedTo),
  },
  { ...exact, minProperties: 1, examples: [{ capacity: 300, labels: ['region=br', 'disk=ssd'] }] },
);

export const RemoveQuery = Type.Object(
  { force: Type.Optional(Type.Union([Type.Literal('true'), Type.Literal('false')])) },
  exact,
);

const BackendView = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  state: Type.Union([
    Type.Literal('joining'),
    Type.Literal('active'),
    Type.Literal('degraded'),
    Type.Literal('draining'),
    Type.Literal('cordoned'),
    Type.Literal('down'),
    Type.Literal('license_required'),
    Type.Literal('unsupported'),
  ]),
  reason: nullable(Type.String({ description: 'Why it is not active.' })),
  hold: nullable(Type.Union([Type.Literal('cordoned'), Type.Literal('draining')], { description: 'By an operator.' })),
  labels: Type.Array(Type.String()),
  isolation: Isolation,
  dedicated_to: nullable(Type.Integer()),
  capacity: Type.Integer(),
  assigned: Type.Integer(),
  reserved: Type.Integer({ description: 'Places of numbers that are being created or moved there.' }),
  load: Type.Number({ description: '(assigned + reserved) / capacity.' }),
  phone_numbers: Type.Record(Type.String(), Type.Integer(), { description: 'How many of each status.' }),
  version: nullable(Type.String()),
  latency_ms: nullable(Type.Number({ description: 'Of its probes, smoothed.' })),
  failures: Type.Integer({ description: 'Bad probes since the last good one.' }),
  tripped: Type.Boolean({ description: 'Sends in a row failed not long ago: its numbers answer 503.' }),
  last_probe_at: nullable(Time),
  down_at: nullable(Type.String({ format: 'date-time', description: 'When the last outage began.' })),
  back_at: nullable(Type.String({ format: 'date-time', description: 'When it ended.' })),
  created_at: Time,
  sandbox: Type.Boolean(),
  container: nullable(
    Type.Object(
      {
        state: Type.String({ description: 'running, draining or removing.' }),
        cpu: nullable(Type.Number({ description: 'Share of one processor.' })),
        memory_bytes: nullable(Type.Integer()),
        memory_limit_bytes: nullable(Type.Integer()),
        replacements: Type.Integer({ description: 'How often its container was replaced.' }),
      },
      { description: 'Of a server that was started by itself.' },
    ),
  ),
});
export type BackendView = Static<typeof BackendView>;

export const OneBackend = Type.Object({ success, backend: BackendView });
export const ManyBackends = Type.Object({ success, backends: Type.Array(BackendView) });
export const RemovedBackend = Type.Object({
  success,
  message: Type.String(),
  phone_numbers_left: Type.Integer({ description: 'Numbers that have no server now.' }),
});

export const PlanQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Moves at most.' })),
    drain: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'As if this backend were draining too.',
      }),
    ),
  },
  exact,
);
const Reason = Type.Union([Type.Literal('draining'), Type.Literal('misplaced'), Type.Literal('uneven')]);
export const FleetPlanAnswer = Type.Object({
  success,
  moves: Type.Array(
    Type.Object({
      phone_number_id: Type.Integer(),
      user_id: Type.Integer(),
      from_backend_id: Type.Integer(),
      to_backend_id: Type.Integer(),
      reason: Reason,
      needs_scan: Type.Boolean({ description: 'It is connected, and its owner would have to scan again.' }),
    }),
  ),
  unplaced: Type.Array(
    Type.Object({ phone_number_id: Type.Integer(), from_backend_id: Type.Integer(), reason: Reason }),
    { description: 'Should move, but no backend that suits has room.' },
  ),
  loads: Type.Array(Type.Object({ backend_id: Type.Integer(), before: Type.Number(), after: Type.Number() })),
});

export const MoveBody = Type.Object(
  { backend_id: Type.Optional(Id) },
  { ...exact, description: 'May be left out: then the least loaded that suits.', examples: [{ backend_id: 2 }] },
);
const OrderedNumber = Type.Object({
  id: Type.Integer(),
  instance_name: Type.String(),
  status: Type.String(),
  status_reason: nullable(Type.String()),
  qr_code: nullable(Type.String({ description: 'PNG data URL.' })),
  qr_expires_at: nullable(Time),
});
export const OrderAnswer = Type.Object({ success, phone_number: OrderedNumber });
export const RecreateAnswer = Type.Object({
  success,
  outcome: Type.Union([Type.Literal('recreated'), Type.Literal('recreating')], {
    description: 'recreating: its backend has not said yet that the former one is gone; it goes on by itself.',
  }),
  phone_number: OrderedNumber,
});
export const MoveAnswer = Type.Object({
  success,
  outcome: Type.Union([Type.Literal('moved'), Type.Literal('moving')], {
    description: 'moving: the old backend has not said yet that the number is gone there; it goes on by itself.',
  }),
  phone_number: OrderedNumber,
});

export const SearchQuery = Type.Object({ q: Type.String({ minLength: 2, maxLength: 200 }) }, exact);
export const FoundNumberView = Type.Object({
  id: Type.Integer(),
  user_id: Type.Integer(),
  instance_name: Type.String(),
  alias: nullable(Type.String()),
  display_name: nullable(Type.String()),
  phone_number: nullable(Type.String()),
  status: Type.String(),
  status_reason: nullable(Type.String()),
  integration: Type.String(),
  backend_id: nullable(Type.Integer()),
  backend_name: nullable(Type.String({ description: 'Its name on the backend.' })),
  created_at: Time,
  deleted_at: nullable(Time),
});
export const NumbersQuery = Type.Object(
  {
    id: Type.Optional(Id),
    user_id: Type.Optional(Id),
    backend_id: Type.Optional(Id),
    status: Type.Optional(Type.String({ minLength: 1, maxLength: 60, examples: ['connected'] })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Cursor,
  },
  exact,
);
export const ManyNumbers = Type.Object({
  success,
  phone_numbers: Type.Array(FoundNumberView),
  next_cursor: NextCursor,
});
const Share = nullable(Type.Number({ minimum: 0, maximum: 1, description: 'Connected share of the time.' }));
export const SearchAnswer = Type.Object({
  success,
  phone_numbers: Type.Array(
    Type.Object({ ...FoundNumberView.properties, uptime_24h: Share, uptime_7d: Share, uptime_30d: Share }),
  ),
  users: Type.Array(
    Type.Object({
      id: Type.Integer(),
      email: Type.String(),
      plan_type: Type.String(),
      status: Type.String(),
      role: Type.String(),
    }),
  ),
  messages: Type.Array(
    Type.Object({
      id: Type.String(),
      user_id: Type.Integer(),
      phone_number_id: Type.Integer(),
      direction: Type.String(),
      kind: Type.String(),
      status: Type.String(),
      status_reason: nullable(Type.String()),
      whatsapp_id: nullable(Type.String()),
      request_id: nullable(Type.String()),
      backend_id: nullable(Type.Integer()),
      created_at: Time,
    }),
  ),
  requests: Type.Array(
    Type.Object({
      id: Type.String(),
      user_id: nullable(Type.Integer()),
      method: Type.String(),
      endpoint: Type.String(),
      status_code: nullable(Type.Integer()),
      request_id: nullable(Type.String()),
      created_at: Time,
    }),
  ),
});

export const AuditQuery = Type.Object(
  {
    operator_id: Type.Optional(Id),
    action: Type.Optional(Type.String({ minLength: 1, maxLength: 60, examples: ['backend.cordon'] })),
    target_type: Type.Optional(Type.String({ minLength: 1, maxLength: 60, examples: ['backend'] })),
    target_id: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Cursor,
  },
  exact,
);
export const AuditAnswer = Type.Object({
  success,
  entries: Type.Array(
    Type.Object({
      id: Type.String(),
      operator_id: Type.Integer(),
      operator_email: nullable(Type.String()),
      action: Type.String(),
      target_type: Type.String(),
      target_id: nullable(Type.String()),
      before: Type.Unknown(),
      after: Type.Unknown(),
      outcome: Type.String({ description: '`done`, the code of the error, or `begun` where it was cut off.' }),
      request_id: nullable(Type.String()),
      ip_address: nullable(Type.String()),
      created_at: Time,
    }),
  ),
  next_cursor: NextCursor,
});
