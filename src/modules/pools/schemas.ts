import { type Static, Type } from 'typebox';
import { type Pool, strategies } from './pool.ts';

const exact = { additionalProperties: false } as const;

const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
  description:
    'What sends call it: letters, digits, `.`, `_` and `-`. `all` is taken: it stands for all of your numbers.',
  examples: ['sales'],
});
const PoolStrategy = Type.Enum([...strategies], {
  description:
    '`round_robin`: in turn. `sticky`: a recipient stays with the number that last wrote to him. `least_used`: the one that sent least today (UTC).',
});
const phoneNumberIds = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  maxItems: 500,
  uniqueItems: true,
  description: 'Your phone numbers, in the order of their turns.',
  examples: [[1, 2]],
});

export const CreatePoolBody = Type.Object(
  { name: Name, strategy: Type.Optional(PoolStrategy), phone_number_ids: phoneNumberIds },
  { ...exact, examples: [{ name: 'sales', strategy: 'round_robin', phone_number_ids: [1, 2] }] },
);
export const ChangePoolBody = Type.Object(
  {
    name: Type.Optional(Name),
    strategy: Type.Optional(PoolStrategy),
    phone_number_ids: Type.Optional(phoneNumberIds),
  },
  { ...exact, minProperties: 1, examples: [{ strategy: 'sticky' }] },
);
export const PoolParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

const PoolView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  strategy: PoolStrategy,
  phone_numbers: Type.Array(
    Type.Object({
      id: Type.Integer(),
      instance_name: Type.String(),
      alias: Type.Union([Type.String(), Type.Null()]),
      status: Type.String(),
    }),
  ),
  created_at: Type.String({ format: 'date-time' }),
});
export const OnePool = Type.Object({ success: Type.Literal(true), pool: PoolView });
export const ManyPools = Type.Object({ success: Type.Literal(true), pools: Type.Array(PoolView) });
export const PoolDeleted = Type.Object({ success: Type.Literal(true), message: Type.String() });

export function viewOf({ id, name, strategy, members, createdAt }: Pool): Static<typeof PoolView> {
  return {
    id,
    name,
    strategy,
    phone_numbers: members.map(({ instanceName, ...member }) => ({ ...member, instance_name: instanceName })),
    created_at: createdAt.toISOString(),
  };
}
