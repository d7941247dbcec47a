type Settled = {
  messageId: string;
  number: { id: number; instanceName: string };
  recipient: string;
  kind: string;
  status: 'sent' | 'failed' | 'unknown';
  statusReason: string | null;
  whatsappId?: string | null;
  remoteJid?: string | null;
};

/** JSON text of the payload of `message.sent`, `message.failed` and `message.unknown`; settling fills in the alias. */
export function settlementPayload(settled: Settled): string {
  return JSON.stringify({
    message_id: settled.messageId,
    phone_number_id: settled.number.id,
    instance_name: settled.number.instanceName,
    alias: null,
    to: settled.recipient,
    kind: settled.kind,
    status: settled.status,
    status_reason: settled.statusReason,
    whatsapp_id: settled.whatsappId ?? null,
    remote_jid: settled.remoteJid ?? null,
  });
}
