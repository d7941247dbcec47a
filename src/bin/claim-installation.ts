import pg from 'pg';
import { createSecretBox } from '../platform/crypto/secret-box.ts';

/**
 * Ties this installation to its ENCRYPTION_KEY: the first process writes the key's id into the database, and one with
 * another key is refused, because it could open none of the stored secrets. Answers the installation's id.
 */
export async function claimInstallation(databaseUrl: string, encryptionKey: string): Promise<{ id: string }> {
  const { keyId } = createSecretBox(encryptionKey);
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'evofleet start' });
  await client.connect();
  try {
    await client.query('update installation set encryption_key_id = $1 where encryption_key_id is null', [keyId]);
    const { rows } = await client.query<{ id: string; encryption_key_id: string }>(
      'select id, encryption_key_id from installation',
    );
    const [installation] = rows;
    if (installation === undefined) throw new Error('The database has no row in the table installation.');
    if (installation.encryption_key_id !== keyId) {
      throw new Error(
        `ENCRYPTION_KEY: this database was set up with the key ${installation.encryption_key_id}, but this process has ${keyId}. ` +
          'Give it the key of the other processes (it may be in their DATA_DIR).',
      );
    }
    return { id: installation.id };
  } finally {
    await client.end();
  }
}
