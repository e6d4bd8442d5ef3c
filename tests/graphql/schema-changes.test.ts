/** The schema goes on to answer what was asked of it: nothing is taken away or changes its type; what is superseded is deprecated. */
import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges } from 'graphql';
import { expect, it } from 'vitest';
import { printedSchema } from '../../src/server/http/schema.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it('breaks nothing that an earlier one answered', () => {
  const before = buildSchema(read('../data/schema/before-subjects.graphql'));
  expect(
    findBreakingChanges(before, buildSchema(printedSchema())).map(({ description }) => description),
  ).toEqual([]);
});

it('names in its changelog what it deprecates', () => {
  const page = read('../../schema/CHANGELOG.md');
  const deprecated = [...printedSchema().matchAll(/^ {2}(\w+)[^\n]*@deprecated/gm)].map(([, name]) => name);
  expect(deprecated.length).toBeGreaterThan(0);
  for (const name of deprecated) expect(page).toContain(`\`${name}\``);
});
