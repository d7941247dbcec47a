import { DomainError } from '../../platform/errors.ts';

/** A label: a key and a value, each of letters, digits, dots, dashes and underscores. */
const label = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}=[A-Za-z0-9._-]{1,63}$/;
const labelsMax = 32;

/** Sorted, each once. Throws `invalid_request` for what is no label. */
export function readLabels(labels: readonly string[], field = 'labels'): string[] {
  const wrong = labels.find((each) => !label.test(each));
  if (wrong !== undefined) throw invalid(`${field}: "${wrong.slice(0, 80)}" is not of the form key=value.`);
  const sorted = [...new Set(labels)].sort();
  if (sorted.length > labelsMax) throw invalid(`${field}: at most ${labelsMax}.`);
  return sorted;
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', sentence, { kind: 'invalid' });
}
