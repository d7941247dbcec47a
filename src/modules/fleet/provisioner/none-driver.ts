import { EngineError, type ServerDriver } from './server-driver.ts';

/** Starts nothing: what is missing is only told to the operators. */
export function createNoneDriver(): ServerDriver {
  return {
    name: 'none',
    canStart: false,
    list: async () => [],
    prepareImage: async () => false,
    start: async () => {
      throw new EngineError('refused', 'no engine is set: PROVISIONER=none');
    },
    remove: async () => {},
    removeVolume: async () => {},
    usage: async () => undefined,
  };
}
