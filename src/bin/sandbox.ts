import { parseArgs } from 'node:util';
import { startSandbox } from '../sandbox/index.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8081' },
    host: { type: 'string', default: '127.0.0.1' },
    'api-key': { type: 'string', default: process.env.EVOLUTION_API_KEY || 'sandbox-key' },
    name: { type: 'string' },
    state: { type: 'string' },
    'scan-after-ms': { type: 'string', default: '3000' },
    'latency-ms': { type: 'string', default: '0' },
  },
});

const sandbox = await startSandbox({
  port: wholeNumber('port', values.port),
  host: values.host,
  apiKey: values['api-key'],
  ...(values.name === undefined ? {} : { name: values.name }),
  ...(values.state === undefined ? {} : { stateFile: values.state }),
  knobs: {
    scanAfterMs: values['scan-after-ms'] === 'never' ? 'never' : wholeNumber('scan-after-ms', values['scan-after-ms']),
    latencyMs: wholeNumber('latency-ms', values['latency-ms']),
  },
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}

console.log(`sandbox: Evolution API 2.3.6 simulated at ${sandbox.url}`);

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${option}: a whole number, not ${JSON.stringify(text)}`);
  process.exit(2);
}
