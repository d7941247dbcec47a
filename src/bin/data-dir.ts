import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/** The code of the error that `claimDataDir` throws when another process holds the folder. */
export const dataDirInUse = 'DATA_DIR_IN_USE';

/** Creates the folder, for its user alone, when it is not there. Returns its absolute path. */
export async function ensureDataDir(dataDir: string): Promise<string> {
  const folder = resolve(dataDir);
  try {
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) await chmod(folder, 0o700);
  } catch (cause) {
    throw new Error(`DATA_DIR ${folder} cannot be created: ${messageOf(cause)}`, { cause });
  }
  return folder;
}

/**
 * Claims the folder for this process alone. The claim ends with `release` or with the process, however that ends.
 * Throws one clear line, with code `DATA_DIR_IN_USE`, while another process holds it.
 */
export async function claimDataDir(dataDir: string): Promise<{ release(): Promise<void> }> {
  const folder = await ensureDataDir(dataDir);
  const lock = takeLock(folder);
  if (lock === undefined) {
    const message = `DATA_DIR ${folder} is in use by ${await holder(folder)}. Stop that one first, or choose another DATA_DIR.`;
    throw Object.assign(new Error(message), { code: dataDirInUse });
  }
  await rm(urlFile(folder), { force: true });
  await writeFile(holderFile(folder), `${process.pid} ${hostname()}\n`, { mode: 0o600 });
  return {
    async release() {
      await Promise.all([rm(urlFile(folder), { force: true }), rm(holderFile(folder), { force: true })]);
      lock.close();
    },
  };
}

/**
 * The secret of that name: at least 32 random bytes as base64url, made once per DATA_DIR. Processes that ask at the
 * same time get the same one, and nobody ever sees half of it.
 */
export async function generatedSecret(dataDir: string, name: string): Promise<string> {
  const place = join(await ensureDataDir(dataDir), `${name}.secret`);
  const present = await readIfThere(place);
  if (present !== undefined) return secretIn(present, place);
  const draft = `${place}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
    // A link appears with its whole content, and fails when another process was first.
    await link(draft, place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  await syncFolder(resolve(dataDir));
  return secretIn(await readFile(place, 'utf8'), place);
}

/** Tells other programs on this DATA_DIR which database is in use. Call it under the claim; the claim's end undoes it. */
export async function publishDatabase(dataDir: string, url: string): Promise<void> {
  await writeFile(urlFile(resolve(dataDir)), `${url}\n`, { mode: 0o600 });
}

/** The URL of the database that a process which holds this DATA_DIR has published. */
export async function findRunningDatabase(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir);
  const [url, owner] = await Promise.all([readIfThere(urlFile(folder)), readHolder(folder)]);
  return owner === undefined || !url?.trim() ? undefined : url.trim();
}

// SQLite's write lock is a lock of the kernel: two never hold it, it ends with its process, and it also holds between
// containers that share the folder. Nothing else in this process may open the file: closing it would give up the lock.
function takeLock(folder: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, 'lock'));
    // A journal file left by a killed holder would have to be cleared, which takes the lock for a moment.
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN IMMEDIATE');
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && /database is locked/.test(error.message)) return undefined;
    throw new Error(`DATA_DIR ${folder} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

// Between taking the lock and writing its name, the holder's file is absent or names a process that has gone.
async function holder(folder: string): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const found = await readHolder(folder);
    if (found !== undefined) return `process ${found.pid}${found.host === hostname() ? '' : ` on ${found.host}`}`;
    await delay(50);
  }
  return 'another process';
}

async function readHolder(folder: string): Promise<{ pid: number; host: string } | undefined> {
  const [pid, host] = ((await readIfThere(holderFile(folder))) ?? '').trim().split(' ');
  if (!pid || !host) return undefined;
  return host !== hostname() || isAlive(Number(pid)) ? { pid: Number(pid), host } : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const urlFile = (folder: string) => join(folder, 'database-url');
const holderFile = (folder: string) => join(folder, 'lock-holder');

async function readIfThere(place: string): Promise<string | undefined> {
  return readFile(place, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function secretIn(text: string, place: string): string {
  const secret = text.trim();
  if (!/^[\w-]{43,}$/.test(secret)) throw new Error(`${place} does not hold a secret that was generated here.`);
  return secret;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
