import type Docker from 'dockerode';
import { EngineError } from './server-driver.ts';

const fetchWithinMs = 20 * 60_000;

type Fetch = { failure?: string };

/** Answers whether an image is on the machine; one that is not is fetched meanwhile, once for all who ask, by `patient`. */
export function createImageFetcher(docker: Docker, patient: Docker): (image: string) => Promise<boolean> {
  const fetches = new Map<string, Fetch>();

  async function fetchImage(image: string): Promise<void> {
    const abortSignal = AbortSignal.timeout(fetchWithinMs);
    const stream = await patient.pull(image, { abortSignal });
    // The engine answers 200 at once, and says in the stream's last line what came of it.
    await new Promise<void>((resolve, reject) => {
      abortSignal.addEventListener('abort', () => reject(new Error('it took too long')));
      patient.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  return async (image) => {
    const fetch = fetches.get(image);
    if (fetch?.failure !== undefined) {
      fetches.delete(image);
      throw new EngineError('refused', `the image ${image} cannot be fetched: ${fetch.failure}`);
    }
    if (fetch !== undefined) return false;
    if (await isHere(docker, image)) return true;
    const begun: Fetch = {};
    fetches.set(image, begun);
    void fetchImage(image).then(
      () => fetches.delete(image),
      (error: unknown) => {
        begun.failure = error instanceof Error ? error.message.slice(0, 300) : 'the engine failed';
      },
    );
    return false;
  };
}

async function isHere(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return false;
    throw error;
  }
}
