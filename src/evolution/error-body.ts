/** The texts of an error answer, flattened: the server gives a string, an array, or an array in an array. */
export function messagesOf(body: unknown): string[] {
  const found: string[] = [];
  collect(messageOf(body), found, 0);
  return found;
}

/** `response.message` of an error answer as it came; some routes put it at the top, and one lets an error's innards through. */
export function messageOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  const { response, message, output } = body as { response?: unknown; message?: unknown; output?: unknown };
  if (typeof response === 'object' && response !== null) return (response as { message?: unknown }).message;
  return message ?? (output as { payload?: { message?: unknown } } | null | undefined)?.payload?.message;
}

/**
 * One line a person may read, fit for a row and a log: no secret given, no run of digits that may be a phone number,
 * nothing after the first line (database errors quote the whole message there).
 */
export function detailOf(body: unknown, secrets: readonly string[] = []): string {
  const first = messagesOf(body)[0] ?? '';
  let line = (first.trim().split('\n', 1)[0] ?? '').replace(/\p{Cc}+/gu, ' ');
  for (const secret of secrets) if (secret !== '') line = line.replaceAll(secret, '…');
  line = line.replace(/\d{7,}/g, '…').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function collect(value: unknown, found: string[], depth: number): void {
  if (typeof value === 'string') found.push(value);
  else if (Array.isArray(value) && depth < 2) for (const each of value) collect(each, found, depth + 1);
}
