import { claimSoleProcess } from '../../../src/platform/lease/sole-process.ts';
import { createLogger } from '../../../src/platform/logger.ts';

const [url = '', name = '', holder = ''] = process.argv.slice(2);
await claimSoleProcess({ url, name, holder, logger: createLogger({ level: 'silent' }), onLost() {}, ttlMs: 600_000 });
process.stdout.write('held\n');
