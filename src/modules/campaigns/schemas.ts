import { type Static, Type } from 'typebox';
import { type Campaign, campaignStatuses, type Progress } from './campaign.ts';
import type { OptOut } from './opt-outs-repository.ts';

const exact = { additionalProperties: false } as const;
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const moment = () => Type.String({ format: 'date-time' });
const uuid = () => Type.String({ format: 'uuid' });

export const recipientsMax = 1_000;

const Recipient = Type.Object(
  {
    number: Type.String({
      minLength: 1,
      maxLength: 64,
      description: '8 to 15 digits with the country code and an optional +.',
      examples: ['628123456789'],
    }),
    variables: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), Type.String({ maxLength: 4096 }), {
        maxProperties: 50,
        description: 'What takes the place of `{{name}}` in the text or the caption.',
      }),
    ),
  },
  exact,
);

export const BulkBody = Type.Object(
  {
    token: Type.String({ minLength: 1, maxLength: 200, description: "The phone number's token." }),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    recipients: Type.Array(Recipient, { minItems: 1, maxItems: recipientsMax }),
    text: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 65_536,
        description: 'With `{{variables}}`; or give mediaType and mediaUrl.',
        examples: ['Hello {{name}}!'],
      }),
    ),
    mediaType: Type.Optional(Type.Enum(['image', 'video', 'audio', 'document'])),
    mediaUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    fileName: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001F\\u007F/\\\\]+$' }),
    ),
    caption: Type.Optional(Type.String({ maxLength: 4096, description: 'With `{{variables}}`.' })),
    send_at: Type.Optional(
      Type.String({ format: 'date-time', description: 'Not before this moment; at most a year ahead.' }),
    ),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 604_800,
        description: 'Seconds from when it may leave until what has not left does not leave any more; a day if unset.',
      }),
    ),
    priority: Type.Optional(Type.Enum(['low', 'normal', 'high'], { description: '`low` if unset.' })),
  },
  {
    ...exact,
    examples: [
      {
        token: 'eft_…',
        name: 'Opening hours',
        text: 'Hello {{name}}, we are open on Sunday.',
        recipients: [{ number: '628123456789', variables: { name: 'Ayu' } }],
      },
    ],
  },
);
export type BulkBody = Static<typeof BulkBody>;

const Status = Type.Enum([...campaignStatuses]);

const ProgressView = Type.Object(
  {
    queued: Type.Integer({ description: 'Waiting for their turn, or for their time.' }),
    sending: Type.Integer(),
    sent: Type.Integer({ description: 'Delivered and read ones included.' }),
    failed: Type.Integer(),
    unknown: Type.Integer({ description: 'Nobody can say whether they were sent; they are never sent again.' }),
    expired: Type.Integer(),
    cancelled: Type.Integer(),
  },
  { description: 'Messages; together as many as `total`, while they are kept.' },
);

const CampaignView = Type.Object({
  id: uuid(),
  name: nullable(Type.String()),
  phone_number_id: Type.Integer(),
  kind: Type.String({ examples: ['text'] }),
  status: Status,
  total: Type.Integer(),
  opted_out: Type.Integer({ description: 'Recipients left out because they are on the opt-out list.' }),
  progress: ProgressView,
  created_at: moment(),
  finished_at: nullable(moment()),
});

export const StartedCampaign = Type.Object({
  success: Type.Literal(true),
  campaign_id: uuid(),
  campaign: CampaignView,
  opted_out_numbers: Type.Array(Type.String(), { description: 'No messages were made for these.' }),
});
export const OneCampaign = Type.Object({ success: Type.Literal(true), campaign: CampaignView });
export const ManyCampaigns = Type.Object({
  success: Type.Literal(true),
  campaigns: Type.Array(CampaignView),
  next_cursor: nullable(Type.String()),
});

/** No format: an id that is none is answered like a campaign that is missing. */
export const CampaignParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) });
export const CampaignsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
    ),
    status: Type.Optional(Status),
  },
  exact,
);

const digits = Type.String({ pattern: '^\\+?[1-9]\\d{7,14}$', examples: ['628123456789'] });
export const OptOutBody = Type.Object(
  { number: digits, reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })) },
  { ...exact, examples: [{ number: '628123456789', reason: 'asked by phone' }] },
);
export const OptOutParams = Type.Object({ number: Type.String({ minLength: 1, maxLength: 100 }) });
export const OptOutsQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
    cursor: Type.Optional(Type.String({ pattern: '^\\d{8,15}$', description: '`next_cursor` of the page before.' })),
  },
  exact,
);
const OptOutView = Type.Object({ number: Type.String(), reason: nullable(Type.String()), created_at: moment() });
export const OneOptOut = Type.Object({ success: Type.Literal(true), opt_out: OptOutView });
export const ManyOptOuts = Type.Object({
  success: Type.Literal(true),
  opt_outs: Type.Array(OptOutView),
  next_cursor: nullable(Type.String()),
});
export const OptOutDeleted = Type.Object({ success: Type.Literal(true), message: Type.String() });

export function viewOfCampaign(campaign: Campaign, progress: Progress): Static<typeof CampaignView> {
  return {
    id: campaign.id,
    name: campaign.name,
    phone_number_id: campaign.phoneNumberId,
    kind: campaign.kind,
    status: campaign.status,
    total: campaign.total,
    opted_out: campaign.optedOut,
    progress,
    created_at: campaign.createdAt.toISOString(),
    finished_at: campaign.finishedAt?.toISOString() ?? null,
  };
}

export function viewOfOptOut({ number, reason, createdAt }: OptOut): Static<typeof OptOutView> {
  return { number, reason, created_at: createdAt.toISOString() };
}
