import type { Static } from 'typebox';
import { bareJid } from './jid.ts';
import { booleanAt, type Json } from './json-reading.ts';
import { jidAt, pictureAt, textAt } from './read-rows.ts';
import type { Ask, Named } from './reading-call.ts';
import { Done, PrivacyAnswer, ProfilePictureAnswer } from './wire-reads.ts';

export type Profile = {
  jid: string | null;
  name: string | null;
  pictureUrl: string | null;
  isBusiness: boolean;
  email: string | null;
  description: string | null;
  website: string | null;
};
export type Privacy = Static<typeof PrivacyAnswer>;

/**
 * The profile of an instance that has a phone; only the picture's address is known to the other integrations, which
 * always have none. All reject with `EvolutionError`.
 */
export function callProfile(ask: Ask) {
  return {
    /** One's own profile. What it says in its `status` is the state of the connection, so it is not read. */
    async fetchProfile(named: Named): Promise<Profile> {
      const row: Json = await ask(Done, { ...named, method: 'POST', path: '/chat/fetchProfile', body: {} });
      const jid = jidAt(row, 'wuid');
      return {
        jid: jid === undefined ? null : bareJid(jid),
        name: textAt(row, 'name'),
        pictureUrl: pictureAt(row, 'picture'),
        isBusiness: booleanAt(row, 'isBusiness') ?? false,
        email: textAt(row, 'email'),
        description: textAt(row, 'description'),
        website: textAt(row, 'website'),
      };
    },

    /** Null where there is none, or none is shown. */
    async fetchProfilePicture(input: Named & { number: string }): Promise<{ jid: string; pictureUrl: string | null }> {
      const { number, ...named } = input;
      const path = '/chat/fetchProfilePictureUrl';
      const row = await ask(ProfilePictureAnswer, { ...named, method: 'POST', path, body: { number } });
      return { jid: bareJid(row.wuid), pictureUrl: pictureAt(row, 'profilePictureUrl') };
    },

    async updateProfileName(input: Named & { name: string }): Promise<void> {
      const { name, ...named } = input;
      await ask(Done, { ...named, method: 'POST', path: '/chat/updateProfileName', body: { name } });
    },

    /** The words below the name. */
    async updateProfileStatus(input: Named & { status: string }): Promise<void> {
      const { status, ...named } = input;
      await ask(Done, { ...named, method: 'POST', path: '/chat/updateProfileStatus', body: { status } });
    },

    /** Base64 and never a URL, which the server would load by itself. */
    async updateProfilePicture(input: Named & { base64: string }): Promise<void> {
      const { base64: picture, ...named } = input;
      await ask(Done, { ...named, method: 'POST', path: '/chat/updateProfilePicture', body: { picture } });
    },

    async removeProfilePicture(named: Named): Promise<void> {
      await ask(Done, { ...named, method: 'DELETE', path: '/chat/removeProfilePicture' });
    },

    async fetchPrivacy(named: Named): Promise<Privacy> {
      const told = await ask(PrivacyAnswer, { ...named, method: 'GET', path: '/chat/fetchPrivacySettings' });
      const { readreceipts, profile, status, online, last, groupadd } = told;
      return { readreceipts, profile, status, online, last, groupadd };
    },

    async updatePrivacy(input: Named & { privacy: Privacy }): Promise<void> {
      const { privacy, ...named } = input;
      await ask(Done, { ...named, method: 'POST', path: '/chat/updatePrivacySettings', body: privacy });
    },
  };
}
