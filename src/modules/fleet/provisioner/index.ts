export { findContainerOf } from './containers-repository.ts';
export { createDatabases, type Databases } from './databases.ts';
export { createDockerDriver } from './docker-driver.ts';
export { createNoneDriver } from './none-driver.ts';
export { createProvisioner, type Provisioner, type ProvisionerDeps } from './provisioner.ts';
export { type ContainerFigures, listContainers } from './provisioning-reads-system.ts';
export type { ServerDriver, ServerSpec } from './server-driver.ts';
