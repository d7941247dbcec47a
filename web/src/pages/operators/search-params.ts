import { type FindingKind, findingKinds } from './types.ts';

// What stands in the address of a list: its filters, so that each can be linked and reloaded.
type Raw = Record<string, unknown>;

const idIn = (value: unknown) => (Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined);
const textIn = (value: unknown) => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return text === '' ? undefined : text;
};
const oneOf = <const T extends string>(value: unknown, known: readonly T[]) => known.find((one) => one === value);

/** Without what is not set. */
export function filled<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined | ''> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')) as {
    [Key in keyof T]?: Exclude<T[Key], undefined | ''>;
  };
}

export const findingsSearch = (raw: Raw) =>
  filled({
    backend_id: idIn(raw.backend_id),
    phone_number_id: idIn(raw.phone_number_id),
    kind: oneOf<FindingKind>(raw.kind, findingKinds),
    open: oneOf(raw.open === true || raw.open === false ? String(raw.open) : raw.open, ['true', 'false']),
  });

export const ofBackendSearch = (raw: Raw) => filled({ backend_id: idIn(raw.backend_id) });

export const numbersSearch = (raw: Raw) =>
  filled({
    id: idIn(raw.id),
    user_id: idIn(raw.user_id),
    backend_id: idIn(raw.backend_id),
    status: textIn(raw.status),
  });

export const usersSearch = (raw: Raw) =>
  filled({
    search: textIn(raw.search),
    plan_type: textIn(raw.plan_type),
    status: oneOf(raw.status, ['active', 'suspended']),
  });

export const auditSearch = (raw: Raw) =>
  filled({
    operator_id: idIn(raw.operator_id),
    action: textIn(raw.action),
    target_type: textIn(raw.target_type),
    target_id: textIn(raw.target_id),
  });

export const anySearch = (raw: Raw) => filled({ q: textIn(raw.q) });
