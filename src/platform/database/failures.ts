import pg from 'pg';

/** What a failed statement means for whoever asked; anything else is `other`. */
export type DatabaseFailure =
  | 'bad_data'
  | 'deadlock'
  | 'cancelled'
  | 'lock_timeout'
  | 'unavailable'
  | 'connection_lost'
  | 'other';

/**
 * Sorts an error of a statement. `connection_lost` means the statement may have been committed;
 * `unavailable` means it never reached Postgres or Postgres refused to start it.
 */
export function classifyDatabaseFailure(error: unknown): DatabaseFailure {
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? '';
    // 54: a row too long for an index, or nested too deep, is as much its own fault as a wrong one.
    if (['22', '23', '54'].some((kind) => code.startsWith(kind))) return 'bad_data';
    if (code === '40P01' || code === '40001') return 'deadlock';
    if (code === '57014') return 'cancelled';
    if (code === '55P03') return 'lock_timeout';
    if (code.startsWith('08') || connectionEnders.has(code)) return 'connection_lost';
    if (code === '57P03' || code.startsWith('53') || code.startsWith('28')) return 'unavailable';
    return 'other';
  }
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) return 'unavailable';
  if (
    /timeout exceeded when trying to connect|pool after calling end|Connection terminated due to connection timeout/.test(
      error.message,
    )
  ) {
    return 'unavailable';
  }
  if (['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code)) return 'connection_lost';
  if (/Connection terminated|Client has encountered a connection error|Connection ended/.test(error.message)) {
    return 'connection_lost';
  }
  return 'other';
}

// Shutdown, crash, database dropped, idle in a transaction, transaction too long, idle session.
const connectionEnders: ReadonlySet<string> = new Set(['57P01', '57P02', '57P04', '25P03', '25P04', '57P05']);

/** Whether the trouble is the database's own, so that trying again later makes sense. */
export function isDatabaseTrouble(error: unknown): boolean {
  const failure = classifyDatabaseFailure(error);
  return failure !== 'bad_data' && failure !== 'other';
}

/** The constraint that refused a row, where one did. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.constraint : undefined;
}
