import { type Static, Type } from 'typebox';
import type { PhoneNumber } from '../../modules/phone-numbers/index.ts';
import { moment, nullable, sessionId } from './schemas.ts';

const status = Type.Enum(['initializing', 'qr_ready', 'connected', 'disconnected', 'error']);

export const qrFields = {
  qr_code: nullable(Type.String({ description: 'PNG data URL; null when there is nothing to scan.' })),
  qr_expires_at: nullable(moment()),
};

export const SessionView = Type.Object({
  id: sessionId,
  session_id: Type.String({ description: 'The same.', examples: ['12'] }),
  session_name: Type.String({ examples: ['my-business-whatsapp'] }),
  status,
  status_reason: nullable(Type.String()),
  is_connected: Type.Boolean(),
  phone_number: nullable(Type.String({ description: 'Its own number, once connected.' })),
  profile_name: nullable(Type.String()),
  webhook_url: nullable(Type.String()),
  token: Type.String({ description: "The number's token: in clear where it is made, elsewhere a hint." }),
  ...qrFields,
  connected_at: nullable(moment()),
  paused_at: nullable(moment('Since when its instance is stopped.')),
  created_at: moment(),
  updated_at: moment(),
  sandbox: Type.Boolean({ description: 'True on a simulated backend: nothing reaches WhatsApp.' }),
});

export const OneSession = Type.Object({ session: SessionView });

/** @param token in clear where this request made it. */
export function viewOfSession(number: PhoneNumber, token?: string): Static<typeof SessionView> {
  return {
    id: String(number.id),
    session_id: String(number.id),
    session_name: nameOf(number),
    status: number.status,
    status_reason: number.statusReason,
    is_connected: number.status === 'connected',
    phone_number: number.phoneNumber,
    profile_name: number.profileName,
    webhook_url: number.webhookUrl,
    token: token ?? number.tokenHint,
    ...qrOf(number),
    connected_at: number.connectedAt?.toISOString() ?? null,
    paused_at: number.pausedAt?.toISOString() ?? null,
    created_at: number.createdAt.toISOString(),
    updated_at: number.updatedAt.toISOString(),
    sandbox: number.isSandbox,
  };
}

export function qrOf({ qrCode, qrExpiresAt }: PhoneNumber) {
  return { qr_code: qrCode, qr_expires_at: qrExpiresAt?.toISOString() ?? null };
}

export function nameOf({ alias, instanceName }: Pick<PhoneNumber, 'alias' | 'instanceName'>): string {
  return alias ?? instanceName;
}
