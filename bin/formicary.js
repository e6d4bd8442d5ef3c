#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// Plain JavaScript, so that a Node too old for the TypeScript below it can still say what is wrong.
const major = Number(process.versions.node.split('.')[0]);

if (major < 24) {
  process.stderr.write(
    `formicary needs Node 24 or later; this is ${process.version}.\n` +
      'In a checkout, `npm ci` installs a fitting Node beside it: use `npx formicary …` or `npm start`.\n',
  );
  process.exit(3);
}

// What was compiled once is kept beside the packages, for this program and the threads it starts. Where nothing can be written,
// it is compiled anew.
if (process.env.NODE_COMPILE_CACHE === undefined) {
  const folder = fileURLToPath(new URL('../node_modules/.cache/formicary', import.meta.url));
  const { status } = module.enableCompileCache(folder);
  if (status === module.constants.compileCacheStatus.ENABLED) process.env.NODE_COMPILE_CACHE = folder;
}

await import('../src/cli/main.ts');
