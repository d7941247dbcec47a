import { Type } from 'typebox';

export const exact = { additionalProperties: false } as const;
export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const moment = (description?: string) =>
  Type.String({ format: 'date-time', ...(description === undefined ? {} : { description }) });

const refText = Type.String({
  minLength: 1,
  maxLength: 100,
  description: "The session's id, or its session_name.",
  examples: ['my-business-whatsapp'],
});

/** A session in a path. */
export const ofSession = Type.Object({ id: refText });

/** A session in a body or a query. */
export const sessionRef = Type.Union([refText, Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })], {
  description: "The session's id, as text or as a number, or its session_name.",
  examples: ['my-business-whatsapp'],
});

export const sessionId = Type.String({ examples: ['12'] });

export const cursor = Type.Optional(
  Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
);
export const nextCursor = nullable(Type.String({ description: 'Null on the last page.' }));

/** Of lists whose pages have 1 to `max` rows. */
export const paging = (max: number, usual: number) => ({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: max, default: usual })),
  cursor,
});

export const nothing = Type.Null();
