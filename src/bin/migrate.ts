import { parseConfig } from '../config.ts';
import { readEnvironment, stopWithMessage } from './environment.ts';
import { findDatabase } from './find-database.ts';
import { migrateDatabase } from './migrate-database.ts';

try {
  const database = await findDatabase(parseConfig(readEnvironment()));
  try {
    const { applied, version } = await migrateDatabase(database.url);
    console.log(
      applied.length === 0 ? `Nothing to do: the schema is at ${version}.` : `Applied ${applied.join(', ')}.`,
    );
  } finally {
    await database.close();
  }
} catch (error) {
  stopWithMessage(error);
}
