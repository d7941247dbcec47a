import { type Static, Type } from 'typebox';

/** Answers of what is done to messages and chats beside sending, on the wire of an Evolution API 2.x server. */

const Key = Type.Object({ id: Type.String() });

/** contract/637-WA-deleteMessage: the message that takes the other one back. */
export const DeletedAnswer = Type.Object({ key: Key });
/** contract/639-WA-updateMessage: the message that changes the other one. */
export const UpdatedAnswer = Type.Object({ key: Key });
/** contract/631-WA-markRead */
export const MarkedReadAnswer = Type.Object({ read: Type.Literal('success') });

export const PresenceState = Type.Enum(['unavailable', 'available', 'composing', 'recording', 'paused']);
export type PresenceState = Static<typeof PresenceState>;
/** contract/632-WA-sendPresence */
export const PresenceAnswer = Type.Object({ presence: Type.String() });

/** contract/630-WA-whatsappNumbers */
export const NumberChecks = Type.Array(
  Type.Object({
    jid: Type.String(),
    exists: Type.Boolean(),
    number: Type.String(),
    name: Type.Optional(Type.String()),
    /** The address, or just the word `lid`. */
    lid: Type.Optional(Type.String()),
  }),
);
