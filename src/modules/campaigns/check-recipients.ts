import type { Template } from './template.ts';

export type Recipient = { number: string; variables?: Record<string, string> };

/** One recipient that cannot be written to as asked; `index` counts from 0. */
export type RecipientError = { index: number; number: string; error: string };

export type CheckedRecipient = { number: string; text: string };

const numberPattern = /^\+?[1-9]\d{7,14}$/;
const textLengthMax = 65_536;

/**
 * Checks a bulk send as a whole: numbers well-formed and each once, every variable given, no text empty or too long.
 * `template` is null where the message has no text. Numbers come out as digits.
 */
export function checkRecipients(
  recipients: readonly Recipient[],
  template: Template | null,
): { checked: CheckedRecipient[]; errors: RecipientError[] } {
  const firstIndex = new Map<string, number>();
  const checked: CheckedRecipient[] = [];
  const errors: RecipientError[] = [];
  recipients.forEach(({ number, variables = {} }, index) => {
    const digits = number.replace('+', '');
    const text = template?.render(variables) ?? '';
    const error =
      numberError(number, firstIndex.get(digits)) ??
      (template === null ? undefined : textError(template, variables, text));
    if (error !== undefined) errors.push({ index, number, error });
    if (!firstIndex.has(digits)) firstIndex.set(digits, index);
    checked.push({ number: digits, text });
  });
  return { checked, errors };
}

function numberError(number: string, first: number | undefined): string | undefined {
  if (!numberPattern.test(number)) return 'number must be 8 to 15 digits with the country code and an optional +.';
  return first === undefined ? undefined : `number is the same as that of recipient ${first}.`;
}

function textError(template: Template, variables: Record<string, string>, text: string): string | undefined {
  const missing = template.variables.filter((name) => !Object.hasOwn(variables, name));
  if (missing.length > 0) return `variables: ${missing.join(', ')} missing.`;
  if (text.trim() === '') return 'The text is empty with these variables.';
  return text.length > textLengthMax ? 'The text is longer than 65536 characters with these variables.' : undefined;
}
