import type { Kysely, Transaction } from 'kysely';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import {
  type DialectOwner,
  type DialectRow,
  findDialectEndpoint,
  saveDialectEndpoint,
} from './dialect-endpoints-repository.ts';
import { type EndpointHeaders, openHeaders, requireUsableHeaders, sealHeaders } from './endpoint-headers.ts';
import { makeEndpointSecret, sealEndpointSecret } from './endpoint-secret.ts';
import { evolutionNamesOf, typesOfEvolutionNames } from './evolution-body.ts';

/** The endpoint of a phone number as the Evolution contract names its parts. */
export type EvolutionEndpoint = {
  id: number;
  url: string;
  enabled: boolean;
  /** `MESSAGES_UPSERT` and its like; empty while it is disabled. */
  events: string[];
  byEvents: boolean;
  base64: boolean;
  /** In clear, as they were given. */
  headers: Record<string, string>;
  createdAt: Date;
  updatedAt: Date;
};

/** What is undefined stays as it is, or is left out of a new one. */
export type EvolutionEndpointWish = {
  /** Undefined: where there is no endpoint yet, none is made. */
  url?: string | undefined;
  enabled: boolean;
  /** Names that stand for nothing we tell are kept, and never called with. */
  events: readonly string[];
  byEvents?: boolean | undefined;
  base64?: boolean | undefined;
  headers?: EndpointHeaders | undefined;
};

const dialect = 'evolution';

/** The one endpoint that each phone number has in the Evolution contract. */
export function createDialectEndpoints(deps: { ids: Ids; secretBox: SecretBox; requireUsableUrl(url: string): void }) {
  const { secretBox } = deps;

  function toEndpoint(userId: number, row: DialectRow): EvolutionEndpoint {
    const { id, url, enabled, byEvents, withMedia, createdAt, updatedAt } = row;
    const events = enabled ? (row.names ?? evolutionNamesOf(row.events)) : [];
    const headers = openHeaders(secretBox, userId, row.headersSealed);
    return { id, url, enabled, events, byEvents, base64: withMedia, headers, createdAt, updatedAt };
  }

  return {
    /** Throws `invalid_url` and `invalid_request`, before anything is done. */
    requireUsableEndpoint({ url, headers }: EvolutionEndpointWish): void {
      if (url !== undefined) deps.requireUsableUrl(url);
      if (headers !== undefined) requireUsableHeaders(headers);
    },

    /** The wish must have passed requireUsableEndpoint. Undefined where the user has no such phone number, or nothing is made. */
    async setEvolutionEndpoint(
      tx: Transaction<DB>,
      owner: Omit<DialectOwner, 'dialect'>,
      wish: EvolutionEndpointWish,
    ): Promise<EvolutionEndpoint | undefined> {
      const { userId } = owner;
      const row = await saveDialectEndpoint(
        tx,
        { ...owner, dialect },
        {
          url: wish.url,
          enabled: wish.enabled,
          names: wish.events,
          events: typesOfEvolutionNames(wish.events),
          byEvents: wish.byEvents,
          withMedia: wish.base64,
          headersSealed: wish.headers === undefined ? undefined : sealHeaders(secretBox, userId, wish.headers),
          format: 'evolution',
          secretSealed: sealEndpointSecret(secretBox, userId, makeEndpointSecret(deps.ids)),
        },
      );
      return row === undefined ? undefined : toEndpoint(userId, row);
    },

    async findEvolutionEndpoint(
      db: Kysely<DB>,
      owner: Omit<DialectOwner, 'dialect'>,
    ): Promise<EvolutionEndpoint | undefined> {
      const row = await findDialectEndpoint(db, { ...owner, dialect });
      return row === undefined ? undefined : toEndpoint(owner.userId, row);
    },
  };
}
