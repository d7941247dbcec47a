/**
 * The address the server makes of a caller's `number`, by its rules for groups and for the countries whose
 * mobile numbers have two forms. Nothing is checked: `abc` becomes the empty user `@s.whatsapp.net`.
 */
export function toJid(number: string): string {
  const withoutDevice = number.replace(/:\d+/, '');
  if (/@(g\.us|s\.whatsapp\.net|lid|broadcast)/.test(withoutDevice)) return withoutDevice;

  const bare = withoutDevice.replace(/[\s+()]/g, '').split(/[:@]/)[0] ?? '';
  if (bare.includes('-') && bare.length >= 24) return `${bare.replace(/[^\d-]/g, '')}@g.us`;

  const digits = bare.replace(/\D/g, '');
  if (digits.length >= 18) return `${digits}@g.us`;
  return `${withoutSecondForm(digits)}@s.whatsapp.net`;
}

export const isGroup = (jid: string): boolean => jid.endsWith('@g.us');

function withoutSecondForm(digits: string): string {
  if (digits.length !== 13) return digits;
  if (/^5[24]/.test(digits)) return digits.slice(0, 2) + digits.slice(3);
  const brazilian = /^55(\d\d)\d(\d{8})$/.exec(digits);
  if (!brazilian) return digits;
  const [, area = '', subscriber = ''] = brazilian;
  return Number(area) >= 31 && Number(subscriber[0]) >= 7 ? `55${area}${subscriber}` : digits;
}
