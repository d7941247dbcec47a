/** The part of JSON Schema that the server's own schemas use. A description replaces the generated sentence. */
export type WireSchema = {
  type?: 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number';
  description?: string;
  properties?: Record<string, WireSchema>;
  required?: readonly string[];
  items?: WireSchema;
  enum?: readonly unknown[];
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  /** Fields that may not be empty, asked for only where the object has no other fields. */
  notEmpty?: readonly string[];
  uniqueItems?: boolean;
};

// A long list of mistakes must not become a longer list of sentences.
const complaintsMax = 100;

export type WireComplaint = { property: string; message: string };

/** All that is wrong with a body, in the words of the server's validator; empty where nothing is. */
export function wireComplaints(body: unknown, schema: WireSchema): WireComplaint[] {
  return check(body, schema, 'instance');
}

function check(value: unknown, schema: WireSchema, path: string): WireComplaint[] {
  if (value === undefined) return [];
  const complaints: WireComplaint[] = [];
  const complain = (sentence: string) => {
    const message = schema.description ?? `${path} ${sentence}`.replace('instance.', '');
    complaints.push({ property: path.replace('instance.', ''), message });
  };

  if (schema.type && !hasType(value, schema.type)) complain(`is not of a type(s) ${schema.type}`);
  if (isJson(value) && schema.properties) {
    for (const [name, inner] of Object.entries(schema.properties)) {
      complaints.push(...check(value[name], inner, `${path}.${name}`));
    }
  }
  if (isJson(value)) {
    for (const name of schema.required ?? []) {
      if (value[name] === undefined) complain(`requires property "${name}"`);
    }
  }
  if (isJson(value) && schema.notEmpty) complaints.push(...checkNotEmpty(value, schema.notEmpty, path));
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (minimum !== undefined && value < minimum) complain(`must be greater than or equal to ${minimum}`);
    if (maximum !== undefined && value > maximum) complain(`must be less than or equal to ${maximum}`);
  }
  if (Array.isArray(value)) checkItems(value, schema, path, complain, complaints);
  if (typeof value === 'string') {
    if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) {
      complain(`does not match pattern ${JSON.stringify(schema.pattern)}`);
    }
    if (schema.minLength && value.length < schema.minLength) {
      complain(`does not meet minimum length of ${schema.minLength}`);
    }
  }
  if (schema.enum && !schema.enum.includes(value)) complain(`is not one of enum values: ${schema.enum.join(',')}`);
  return complaints;
}

function checkItems(
  list: unknown[],
  schema: WireSchema,
  path: string,
  complain: (sentence: string) => void,
  complaints: WireComplaint[],
): void {
  const { items } = schema;
  if (items) {
    for (const [index, item] of list.entries()) {
      if (complaints.length >= complaintsMax) break;
      complaints.push(...check(item, items, `${path}[${index}]`));
    }
  }
  if (schema.minItems && list.length < schema.minItems) complain(`does not meet minimum length of ${schema.minItems}`);
  if (schema.maxItems && list.length > schema.maxItems) complain(`does not meet maximum length of ${schema.maxItems}`);
  if (schema.uniqueItems && new Set(list.map((item) => JSON.stringify(item))).size < list.length) {
    complain('contains duplicate item');
  }
}

function checkNotEmpty(value: Record<string, unknown>, names: readonly string[], path: string): WireComplaint[] {
  if (!Object.keys(value).every((name) => names.includes(name))) return [];
  return names
    .filter((name) => value[name] === '')
    .map((name) => ({
      property: `${path}.${name}`.replace('instance.', ''),
      message: `The "${name}" cannot be empty`,
    }));
}

function hasType(value: unknown, type: NonNullable<WireSchema['type']>): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJson(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isJson(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
