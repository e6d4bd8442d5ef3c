#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for the TypeScript below it can still say what is wrong.
const major = Number(process.versions.node.split('.')[0]);

if (major < 24) {
  process.stderr.write(
    `formicary needs Node 24 or later; this is ${process.version}.\n` +
      'In a checkout, `npm ci` installs a fitting Node beside it: use `npx formicary …` or `npm start`.\n',
  );
  process.exit(3);
}

await import('../src/cli/main.ts');
