import type { ServerResponse } from 'node:http';
import { drip, pour, startWire, type Wire } from './wire.ts';

export type Liar = Wire & {
  lie(isLying: boolean): void;
  /** How many answers were lies. */
  told(): number;
};

/** What is asked about one instance; whether the server lives, and sends, are answered truly. */
const asked = /^\/(instance\/connectionState|webhook\/find|settings\/find)\/(ef-[^?]*)|instanceName=(ef-[^&]*)/;

/** A wire that, while it lies, answers what is asked about instances with rubbish, or with what is true of another one. */
export async function startLiar(target: string): Promise<Liar> {
  const names: string[] = [];
  let isLying = false;
  let told = 0;
  const wire = await startWire(target, (request, response) => {
    const found = asked.exec(request.url ?? '');
    const name = found?.[2] ?? found?.[3];
    if (name === undefined) return false;
    if (!names.includes(name)) names.push(name);
    if (!isLying) return false;
    const which = told++ % 5;
    if (which === 4) {
      const another = names.find((each) => each !== name) ?? 'somebody-else';
      request.url = (request.url ?? '').replaceAll(name, another);
      return false;
    }
    answerFalsely(which, response);
    return true;
  });
  return {
    ...wire,
    lie(next) {
      isLying = next;
    },
    told: () => told,
  };
}

function answerFalsely(which: number, response: ServerResponse): void {
  switch (which) {
    case 0:
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>It works!</body></html>');
      return;
    case 1:
      response.end(
        JSON.stringify({ instance: [{ instanceName: 7, state: { open: true } }], url: 1, rejectCall: 'no' }),
      );
      return;
    case 2:
      pour(response.writeHead(200, { 'content-type': 'application/json' }));
      return;
    default:
      drip(response);
  }
}
