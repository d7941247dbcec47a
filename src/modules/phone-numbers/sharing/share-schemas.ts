import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { IdParams } from '../schemas.ts';
import type { SharedNumber, ShareLink } from './share.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const exact = { additionalProperties: false } as const;

export const CreateShareBody = Type.Object(
  {
    expires_in: Type.Optional(
      Type.Integer({ minimum: 300, maximum: 604_800, default: 3600, description: 'Seconds until the link ends.' }),
    ),
  },
  { ...exact, examples: [{ expires_in: 3600 }] },
);

const ShareLinkView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  expires_at: Type.String({ format: 'date-time' }),
  created_at: Type.String({ format: 'date-time' }),
});

export const NewShareLink = Type.Object({
  success: Type.Literal(true),
  ...ShareLinkView.properties,
  url: Type.String({ description: 'Shown this once. Whoever has it can connect a phone to this number.' }),
});
export const ManyShareLinks = Type.Object({ success: Type.Literal(true), share_links: Type.Array(ShareLinkView) });
export const ShareLinkParams = Type.Object({ ...IdParams.properties, linkId: Type.String({ format: 'uuid' }) });
export const Revoked = Type.Object({ success: Type.Literal(true), message: Type.String() });

export const TokenParams = Type.Object({ token: Type.String() });
export const PageQuery = Type.Object({ lang: Type.Optional(Type.String({ maxLength: 35 })) });
export const StateQuery = Type.Object(
  {
    seen: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{16}$', description: '`qr_id` of the code that is shown already.' }),
    ),
  },
  exact,
);
export const ConnectBody = Type.Object(
  { pairing_number: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{8,15}$' })) },
  exact,
);

/** What the page polls for. */
export const ShareStateAnswer = Type.Object({
  success: Type.Literal(true),
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('scan'),
    Type.Literal('connected'),
    Type.Literal('lost'),
    Type.Literal('broken'),
  ]),
  display_name: nullable(Type.String()),
  sandbox: Type.Boolean(),
  qr_id: nullable(Type.String()),
  qr_code: nullable(Type.String({ description: 'Null as well where the visitor has seen it.' })),
  qr_expires_in_ms: Type.Integer(),
  pairing_code: nullable(Type.String()),
  link_expires_in_ms: Type.Integer(),
});

export function shareLinkView(link: ShareLink): Static<typeof ShareLinkView> {
  return { id: link.id, expires_at: link.expiresAt.toISOString(), created_at: link.createdAt.toISOString() };
}

/** @param seen the `qr_id` that needs not be sent again */
export function shareStateView(shared: SharedNumber, seen?: string): Static<typeof ShareStateAnswer> {
  const { state, displayName, isSandbox, qrCode, qrExpiresInMs, pairingCode, linkExpiresInMs } = shared;
  const qrId = qrCode === null ? null : createHash('sha256').update(qrCode).digest('hex').slice(0, 16);
  return {
    success: true,
    state,
    display_name: displayName,
    sandbox: isSandbox,
    qr_id: qrId,
    qr_code: qrId === seen ? null : qrCode,
    qr_expires_in_ms: qrExpiresInMs,
    pairing_code: pairingCode,
    link_expires_in_ms: linkExpiresInMs,
  };
}
