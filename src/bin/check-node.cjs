// Loaded with --require before the program: an older Node cannot even parse the TypeScript that follows.
'use strict';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Evofleet needs Node.js 24 or newer, but this is ${process.version}.\n` +
      'On Linux (x64, arm64) "npm ci" brings Node 24 along: run it with npm 9 or newer, optional packages included,\n' +
      'and start with "npm start". Elsewhere install Node 24 first.\n',
  );
  process.exit(1);
}
