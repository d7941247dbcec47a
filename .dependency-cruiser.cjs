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

// The HTTP side of a module: routes.ts, files named …-routes.ts, and what a large module keeps in routes/.
const routes = [
  '^src/modules/[^/]+/routes/',
  '^src/modules/[^/]+/[a-z-]*routes\\.ts$',
  '^src/modules/[^/]+/[^/]+/[a-z-]*routes\\.ts$',
];

const layer = (name, from, allowed) => ({
  name: `layer-${name}`,
  severity: 'error',
  from,
  to: { path: '^src/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['^src/bin/', '\\.d\\.ts$'] }, to: {} },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-dev-dependencies', severity: 'error', from: { path: '^src' }, to: { dependencyTypes: ['npm-dev'] } },
    ...modulesOnlyImportThoseAbove,
    layer('platform', { path: '^src/platform/' }, ['^src/platform/']),
    layer('evolution', { path: '^src/evolution/' }, ['^src/evolution/', '^src/platform/']),
    layer('sandbox', { path: '^src/sandbox/' }, ['^src/sandbox/', '^src/evolution/wire\\.ts$', '^src/platform/']),
    layer('http', { path: '^src/http/' }, ['^src/http/', '^src/platform/']),
    layer('dialects', { path: '^src/dialects/' }, [
      '^src/dialects/',
      '^src/modules/[^/]+/index\\.ts$',
      '^src/evolution/',
      '^src/http/',
      '^src/platform/',
    ]),
    {
      name: 'dialects-hold-no-sql',
      severity: 'error',
      from: { path: '^src/dialects/' },
      to: { path: ['^kysely$', '^pg$', 'node_modules/(kysely|pg)/', '^src/schema\\.ts$'] },
    },
    layer('modules', { path: '^src/modules/', pathNot: routes }, [
      '^src/modules/',
      '^src/evolution/',
      '^src/platform/',
      '^src/schema\\.ts$',
    ]),
    layer('module-routes', { path: routes }, [
      '^src/modules/',
      '^src/evolution/jid\\.ts$',
      '^src/http/',
      '^src/platform/',
    ]),
    layer('services', { path: '^src/services\\.ts$' }, [
      '^src/modules/[^/]+/index\\.ts$',
      '^src/dialects/',
      '^src/evolution/',
      '^src/platform/',
      '^src/config\\.ts$',
      '^src/schema\\.ts$',
    ]),
    layer('app', { path: '^src/(app|lanes)\\.ts$' }, [
      '^src/modules/[^/]+/(index|lane|[a-z-]*routes)\\.ts$',
      '^src/dialects/',
      '^src/http/',
      '^src/platform/',
      '^src/(services|config)\\.ts$',
    ]),
    layer('config', { path: '^src/config\\.ts$' }, ['^src/platform/']),
    {
      name: 'only-bin-imports-bin',
      severity: 'error',
      from: { pathNot: '^src/bin/' },
      to: { path: '^src/bin/' },
    },
    {
      name: 'routes-stay-away-from-system-sql',
      severity: 'error',
      from: { path: routes },
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
