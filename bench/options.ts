import { parseArgs } from 'node:util';

const CONTENDERS = ['direct', 'nginx', 'forwarder', 'naive', 'gateway', 'keyed', 'former'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

export type Options = {
  only: ContenderName[];
  runs: number;
  /** Seconds measured, after `warmup` seconds that are not. */
  seconds: number;
  warmup: number;
  connections: number;
  /** Folder in which the database cluster is made; its file system is what fsync is paid on. */
  data: string;
  /** The embedded Postgres even where Debian's is installed. */
  embedded: boolean;
  /** Name of the file in bench/results; nothing is written without it. */
  record: string | undefined;
  profile: boolean;
  /** Folder of another checkout, its packages installed, whose gateway runs beside this one's. */
  former: string | undefined;
};

export const USAGE = `npm run bench -- [options]
  --only a,b         of ${CONTENDERS.join(', ')} (default: all; keyed is
                     the gateway with an Idempotency-Key of its own on every request)
  --runs n           interleaved runs, of which the medians are printed (5)
  --seconds n        measured seconds of one run (6)
  --warmup n         seconds before them that are not measured (2)
  --connections n    connections that each always have one request open (32)
  --data folder      where the database cluster is made (/var/tmp)
  --embedded         the embedded Postgres, also where Debian's is installed
  --record name      write bench/results/<name>.json
  --former folder    another checkout with its packages, whose gateway takes part as "former"
  --profile          a CPU profile of each Node contender, summarised
  --help             this list`;

/** Undefined where only the flags are asked for. Throws an Error that says which flag is wrong. */
export function parseOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: CONTENDERS.join(',') },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '6' },
      warmup: { type: 'string', default: '2' },
      connections: { type: 'string', default: '32' },
      data: { type: 'string', default: '/var/tmp' },
      embedded: { type: 'boolean', default: false },
      record: { type: 'string' },
      profile: { type: 'boolean', default: false },
      former: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.record !== undefined && !/^[\w.-]+$/.test(values.record)) {
    throw new Error('--record takes a file name of letters, digits, dots and dashes.');
  }
  return {
    only: contenders(values.only).filter((name) => name !== 'former' || values.former !== undefined),
    runs: positive('runs', values.runs, Number.isInteger),
    seconds: positive('seconds', values.seconds),
    warmup: positive('warmup', values.warmup),
    connections: positive('connections', values.connections, Number.isInteger),
    data: values.data,
    embedded: values.embedded,
    record: values.record,
    profile: values.profile,
    former: values.former,
  };
}

function contenders(list: string): ContenderName[] {
  const asked = list.split(',');
  const unknown = asked.find((name) => !CONTENDERS.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--only: there is no "${unknown}", only ${CONTENDERS.join(', ')}.`);
  return CONTENDERS.filter((name) => asked.includes(name));
}

function positive(name: string, text: string, holds: (value: number) => boolean = Number.isFinite): number {
  const value = Number(text);
  if (text.trim() === '' || !holds(value) || value <= 0) throw new Error(`--${name} takes a number above 0.`);
  return value;
}
