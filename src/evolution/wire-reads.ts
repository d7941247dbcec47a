import { Type } from 'typebox';

/** What a server answers about chats, groups and profiles; only what is read is named, and rows are read one by one. */

const Row = Type.Record(Type.String(), Type.Unknown());
const text = Type.Union([Type.String(), Type.Null()]);

/** contract/304-findChats, contract/305-findContacts */
export const Rows = Type.Array(Row);

/** An answer that says no more than that it was done. */
export const Done = Row;

export const InviteCodeAnswer = Type.Object({ inviteCode: Type.String({ minLength: 1, maxLength: 100 }) });
export const ParticipantsAnswer = Type.Object({ participants: Rows });
export const UpdatedParticipants = Type.Object({ updateParticipants: Rows });

/** contract/317-fetchProfilePictureUrl-evo */
export const ProfilePictureAnswer = Type.Object({ wuid: Type.String(), profilePictureUrl: Type.Optional(text) });

export const MediaAnswer = Type.Object({
  base64: Type.String(),
  mimetype: Type.Optional(text),
  fileName: Type.Optional(text),
});

const audience = ['all', 'contacts', 'contact_blacklist', 'none'];

/** Who may see what; all six go together. */
export const privacyChoices = {
  readreceipts: ['all', 'none'],
  profile: audience,
  status: audience,
  online: ['all', 'match_last_seen'],
  last: audience,
  groupadd: audience,
} as const;

export const PrivacyAnswer = Type.Object({
  readreceipts: Type.String(),
  profile: Type.String(),
  status: Type.String(),
  online: Type.String(),
  last: Type.String(),
  groupadd: Type.String(),
});
