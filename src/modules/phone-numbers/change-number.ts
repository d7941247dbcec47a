import type { Kysely } from 'kysely';
import { hintOf, makeCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import type { Users } from '../users/index.ts';
import type { Webhooks } from '../webhooks/index.ts';
import { tokenPrefix } from './creating/create-number.ts';
import { translateAliasConflict } from './errors.ts';
import type { PhoneNumber } from './phone-number.ts';
import {
  findPhoneNumber,
  lockPhoneNumber,
  type NumberChange,
  setTokenHint,
  updatePhoneNumber,
} from './phone-numbers-repository.ts';
import type { ResolveToken } from './resolve-token.ts';
import { endLiveToken, insertToken } from './tokens-repository.ts';

type Deps = {
  db: Kysely<DB>;
  ids: Ids;
  users: Pick<Users, 'lockUser'>;
  webhooks: Pick<Webhooks, 'requireUsableUrl' | 'setNumberEndpoint'>;
  tokens: Pick<ResolveToken, 'forget'>;
};

/** Changes what is given of name, alias, webhook URL and pace; null takes it away. */
export function createChangeNumber(deps: Deps) {
  return async function changeNumber(userId: number, id: number, change: NumberChange): Promise<PhoneNumber> {
    const { webhookUrl } = change;
    if (webhookUrl !== undefined && webhookUrl !== null) deps.webhooks.requireUsableUrl(webhookUrl);
    const changed = await translateAliasConflict(() =>
      inTransaction(deps.db, async (tx) => {
        // Two numbers that take each other's alias would each wait for the other to let go of it.
        if (change.alias !== undefined) await deps.users.lockUser(tx, userId);
        if (!(await updatePhoneNumber(tx, userId, id, change))) throw notFound('Phone number');
        if (webhookUrl !== undefined)
          await deps.webhooks.setNumberEndpoint(tx, { userId, phoneNumberId: id }, webhookUrl);
        const number = await findPhoneNumber(tx, userId, id);
        if (number === undefined) throw notFound('Phone number');
        return number;
      }),
    );
    deps.tokens.forget(id);
    return changed;
  };
}

/** Gives a number a new token, shown once; the former one works for `overlapHours` more. */
export function createRotateToken(deps: Deps) {
  return async function rotateToken(
    userId: number,
    id: number,
    overlapHours: number,
  ): Promise<{ number: PhoneNumber; token: string; formerTokensExpireAt: Date }> {
    const token = makeCheckedToken(deps.ids, tokenPrefix);
    const hint = hintOf(token, tokenPrefix);
    const { number, formerTokensExpireAt } = await inTransaction(deps.db, async (tx) => {
      if (!(await lockPhoneNumber(tx, userId, id))) throw notFound('Phone number');
      const formerTokensExpireAt = await endLiveToken(tx, id, overlapHours);
      await insertToken(tx, { phoneNumberId: id, hash: sha256(token), hint });
      await setTokenHint(tx, userId, id, hint);
      return { number: await findPhoneNumber(tx, userId, id), formerTokensExpireAt };
    });
    if (number === undefined) throw notFound('Phone number');
    deps.tokens.forget(id);
    return { number, token, formerTokensExpireAt };
  };
}
