import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cube } from '../../src/kernel/state/journal/cube.ts';
import { type Day, dayMax, dayMin } from '../../src/kernel/values/dates.ts';
import { type Handling, steps, walk } from './layers.ts';

interface Added {
  readonly control: number;
  readonly day: Day;
  readonly minor: bigint;
}

const controlCount = 3;
/** Days lie far apart now and then, and before 1970: runs of cells grow at both ends. */
const days: readonly Day[] = [-400, -1, 0, 1, 2, 70, 71, 1_000];

const handling: Handling<Cube, Added[]> = {
  root: () => ({ real: Cube.empty(), model: [] }),
  fork: (real) => real.fork(),
  copy: (model) => [...model],
  write: (cube, model, [a = 0, b = 0, c = 0]) => {
    const added = {
      control: a % controlCount,
      day: days[b % days.length] ?? 0,
      minor: BigInt((c % 21) - 10),
    };
    cube.add(added.control, added.day, added.minor);
    model.push(added);
  },
};

const sum = (model: readonly Added[], from: Day, to: Day): bigint =>
  model.reduce((total, { day, minor }) => (day >= from && day <= to ? total + minor : total), 0n);

function expectLike(cube: Cube, model: readonly Added[]): void {
  for (let control = 0; control < controlCount; control++) {
    const own = model.filter((added) => added.control === control);
    expect(cube.total(control)).toBe(sum(own, dayMin, dayMax));
    expect(cube.firstDay(control)).toBe(Math.min(dayMax, ...own.map(({ day }) => day)));
    expect(cube.lastDay(control)).toBe(Math.max(dayMin, ...own.map(({ day }) => day)));
    const cells = days.map((day): [Day, bigint] => [day, sum(own, day, day)]);
    expect(cube.days(control)).toEqual(cells.filter(([, minor]) => minor !== 0n));
    for (const [day, minor] of cells) expect(cube.at(control, day)).toBe(minor);
    for (const from of [dayMin, ...days, dayMax]) {
      expect(cube.totalOn(control, from)).toBe(sum(own, dayMin, from));
      for (const to of [dayMin, ...days, dayMax])
        expect(cube.sum(control, from, to)).toBe(sum(own, from, to));
    }
  }
}

describe('a period cube', () => {
  it('answers as a list of what was added does, in every layer', () => {
    fc.assert(
      fc.property(steps(60), (taken) => {
        for (const { real, model } of walk(handling, taken)) expectLike(real, model);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps control accounts and days apart at both ends of the calendar', () => {
    const base = Cube.empty();
    const fork = base.fork();
    for (const control of [0, 1]) {
      fork.add(control, dayMin, 3n);
      fork.add(control, dayMax, 5n);
    }
    const further = fork.fork();
    further.add(1, dayMin, -1n);
    expect(further.days(0)).toEqual([
      [dayMin, 3n],
      [dayMax, 5n],
    ]);
    expect(further.sum(1, dayMin, dayMin)).toBe(2n);
    expect(further.totalOn(1, dayMax - 1)).toBe(2n);
  });
});
