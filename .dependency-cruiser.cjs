// The house's one direction: bin -> app, lanes -> services -> dialects -> modules -> evolution -> platform.
const modulesInOrder = [
  'events',
  'plans',
  'users',
  'statistics',
  'webhooks',
  'realtime',
  'backends',
  'phone-numbers',
  'pools',
  'messages',
  'campaigns',
  'inbound',
  'fleet',
  'admin',
];

const modulesOnlyImportThoseAbove = modulesInOrder.map((name, index) => ({
  name: `module-order-${name}`,
  comment: `modules/${name} may import only the modules above it`,
  severity: 'error',
  from: { path: `^src/modules/${name}/` },
  to: {
    path: '^src/modules/',
    pathNot: [
      `^src/modules/${name}/`,
      ...modulesInOrder.slice(0, index).map((above) => `^src/modules/${above}/index\\.ts$`),
    ],
  },
}));

const layer = (name, from, allowed) => ({
  name: `layer-${name}`,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['^src/bin/', '\\.d\\.ts$'] }, to: {} },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-dev-dependencies', severity: 'error', from: { path: '^src' }, to: { dependencyTypes: ['npm-dev'] } },
    ...modulesOnlyImportThoseAbove,
    layer('platform', '^src/platform/', ['^src/platform/']),
    layer('evolution', '^src/evolution/', ['^src/evolution/', '^src/platform/']),
    layer('sandbox', '^src/sandbox/', ['^src/sandbox/', '^src/evolution/wire\\.ts$', '^src/platform/']),
    layer('http', '^src/http/', ['^src/http/', '^src/platform/']),
    layer('dialects', '^src/dialects/', [
      '^src/dialects/',
      '^src/modules/[^/]+/index\\.ts$',
      '^src/http/',
      '^src/platform/',
    ]),
    layer('modules', '^src/modules/[^/]+/(?!routes\\.ts$)', [
      '^src/modules/',
      '^src/evolution/',
      '^src/platform/',
      '^src/schema\\.ts$',
    ]),
    layer('module-routes', '^src/modules/[^/]+/routes\\.ts$', ['^src/modules/', '^src/http/', '^src/platform/']),
    layer('services', '^src/services\\.ts$', [
      '^src/modules/[^/]+/index\\.ts$',
      '^src/dialects/',
      '^src/evolution/',
      '^src/platform/',
      '^src/config\\.ts$',
      '^src/schema\\.ts$',
    ]),
    layer('app', '^src/(app|lanes)\\.ts$', [
      '^src/modules/[^/]+/(index|routes|lane)\\.ts$',
      '^src/dialects/',
      '^src/http/',
      '^src/platform/',
      '^src/(services|config)\\.ts$',
    ]),
    layer('config', '^src/config\\.ts$', ['^src/platform/']),
    {
      name: 'only-bin-imports-bin',
      severity: 'error',
      from: { pathNot: '^src/bin/' },
      to: { path: '^src/bin/' },
    },
    {
      name: 'routes-stay-away-from-system-sql',
      severity: 'error',
      from: { path: '/routes\\.ts$' },
      to: { path: '-system\\.ts$' },
    },
    {
      name: 'only-the-gateway-and-sandbox-programs-start-the-sandbox',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/bin/', '^src/sandbox/'] },
      to: { path: '^src/sandbox/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
