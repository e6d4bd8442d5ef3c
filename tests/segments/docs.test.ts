/** docs/segments says of each segment what its declarations say: accounts, parameters with their defaults, commands, events, codes. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../src/kernel/contract/parameter.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { segments } from '../../src/segments/index.ts';
import { inStages } from '../support/codes.ts';

/** A line's page stands in docs/segments, or in its own folder. */
function page(id: string): string {
  const published = new URL(`../../docs/segments/${id}.md`, import.meta.url);
  const own = new URL(`../../src/segments/${id}/page.md`, import.meta.url);
  return readFileSync(existsSync(published) ? published : own, 'utf8');
}

/** The part of a page under a heading. */
function section(text: string, heading: string): string {
  const from = text.indexOf(`\n## ${heading}`);
  if (from < 0) throw new Error(`no section ${heading}`);
  const to = text.indexOf('\n## ', from + 1);
  return text.slice(from, to < 0 ? undefined : to);
}

/** A value as the tables write it. */
function written(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (!isRecord(value)) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${String(part)}`)
    .join(', ');
}

/** The row of a parameter: name, unit, bounds, and the defaults with their dates. */
const rowOf = ({ name, keyed, type, defaults }: Parameter<unknown>): string => {
  const values = defaults.map(
    ({ from, value }) => `${written(type.format(value))}${from === undefined ? '' : ` from ${from}`}`,
  );
  return `| \`${name}\`${keyed ? `, by ${name === 'mybank.coreLimit' ? 'core enterprise' : 'merchant'}` : ''} | ${type.unit} | ${type.bounds} | ${values.join('; ')} |`;
};

const rowsIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.trim());

describe.each(segments)('docs/segments: $id', (segment) => {
  const text = page(segment.id);

  it('lists each account with its class, and no other', () => {
    const listed = rowsIn(section(text, 'Accounts')).map((row) =>
      row
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.trim()),
    );
    expect(listed.sort()).toEqual(
      segment.accounts
        .map(({ path, class: of, perHolder }) => [
          `\`${path}\``,
          perHolder === true ? `${of}, one a holder` : of,
        ])
        .sort(),
    );
  });

  it('lists each parameter with unit, bounds and defaults, and no other', () => {
    expect([...rowsIn(section(text, 'Parameters'))].sort()).toEqual(segment.parameters.map(rowOf).sort());
  });

  it('lists each command with its event', () => {
    const commands = rowsIn(section(text, 'Commands and events')).map((row) =>
      row.split('|').map((cell) => cell.trim()),
    );
    expect(commands.map(([, command, , event]) => [command, event]).sort()).toEqual(
      segment.facts.map(({ command, name }) => [`\`${command}\``, `\`${name}\``]).sort(),
    );
  });

  it('names each input of each command', () => {
    const rows = rowsIn(section(text, 'Commands and events'));
    for (const { fields, name: type } of segment.facts) {
      const row = rows.find((each) => each.includes(`\`${type}\``));
      for (const name of Object.keys(fields)) expect(row).toContain(name);
    }
  });

  it('names each derived event, and what a what-if and a reversal make of each fact', () => {
    for (const { name } of segment.derived)
      expect(section(text, 'Commands and events')).toContain(`\`${name}\``);
    if (segment.id === 'treasury') return;
    for (const { name } of segment.facts) {
      expect(section(text, 'In a what-if')).toContain(`\`${name}\``);
      expect(section(text, 'Reversal')).toContain(`\`${name}\``);
    }
  });

  it('names codes that there are, in their order', () => {
    // What stands in brackets behind them is asked of no command.
    const [listed = ''] = section(text, 'Codes').split(' (`');
    const named = [...listed.matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => code);
    const first = named.filter((code, at) => named.indexOf(code) === at);
    expect(first.length).toBeGreaterThan(0);
    expect(inStages(first)).toBe(true);
  });
});
