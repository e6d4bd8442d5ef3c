/**
 * The shapes of a scenario file, without what a house knows (names of parameters, facts, commands): from them come the checks
 * of the parser and the JSON Schema. A shape's message says what is expected.
 *
 * @module
 */
import { z } from 'zod';
import { commandDayMin, formatDay, parseDay } from '../../kernel/values/dates.ts';
import { idPattern } from '../text/words.ts';

const dateExpected = 'a date, as in 2016-03-01';

/** A date; a day since 1970-01-01. */
export const dayShape = z
  .string(dateExpected)
  .regex(/^\d{4}-\d{2}-\d{2}$/, dateExpected)
  .transform((text, context) => {
    const day = parseDay(text);
    if (day !== undefined) return day;
    context.addIssue({ code: 'custom', message: dateExpected });
    return z.NEVER;
  });

/** A day of a run: none is before the first that a command may name. */
const runDayShape = dayShape.refine(
  (day) => day >= commandDayMin,
  `a date from ${formatDay(commandDayMin)} on`,
);

/** Text of 1 to some characters. */
const words = (lengthMax: number, what = `text of 1 to ${lengthMax} characters`) =>
  z
    .string(what)
    .min(1, what)
    .max(lengthMax, what)
    .refine((text) => text.isWellFormed(), what);

const whole = (least: number, most: number, what: string) => z.int(what).min(least, what).max(most, what);

const idShape = (what: string) =>
  z.string(`text: ${what}`).regex(idPattern, `${what}, matching [A-Za-z0-9._-]{1,64}`);

/** How many variants a scenario may have: each is a run. */
export const variantsMax = 100;
/** How many edits a scenario may have, those of its variants included. */
export const editsMax = 1000;
/** How many holders one injection may list. */
export const holdersMax = 10_000;
/** How many report lines, and how many expectations, a scenario may have. */
export const linesMax = 1000;
/** How many holders one simulated holder may stand for. */
const scaleMax = 1_000_000_000;

export const historyBase = z.object({
  history: words(1000).describe('A file of commands, relative to this one.'),
  refused: z
    .enum(['fail', 'skip', 'attempt'], 'fail, skip or attempt')
    .optional()
    .describe(
      'What a refused command does: fails the load, is left out, or is recorded as an attempt that a what-if decides again.',
    )
    .meta({ default: 'fail' }),
});

export const bookBase = z.object({
  book: idShape('the name of a book').describe('A book of the store.'),
  at: whole(0, Number.MAX_SAFE_INTEGER, 'a revision: a whole number from 0')
    .optional()
    .describe('The last revision that counts; its head when the run is asked for, if left out.'),
});

export const emptyBase = z.object({
  empty: z
    .object({ from: runDayShape.describe('The first day.') }, 'a mapping with from')
    .describe('Nothing yet.'),
});

export const baseKeys = ['history', 'book', 'empty'];

const horizonShape = z.object(
  {
    from: runDayShape.describe('The first day that is reported.'),
    to: runDayShape.describe('The last day, included.'),
    close: z
      .enum(['daily', 'recorded'], 'daily or recorded')
      .optional()
      .describe(
        'Close every day up to the end, or only those whose close the base records (the default on a book).',
      ),
  },
  'a mapping with from and to',
);

/** Parameters by name; which there are, a house says. */
export const assumptionsShape = z
  .record(z.string(), z.unknown(), 'a mapping of parameters')
  .meta({ id: 'Assumptions' });

/** A filter of facts; which fields there are, the fact type says. */
export const whereShape = z
  .record(z.string(), z.unknown(), 'a filter, as in { type: PaymentInitiated }')
  .meta({ id: 'Where' });

/** The inputs of a command; which there are, the command says. */
export const inputsShape = z.record(z.string(), z.unknown(), 'the inputs of the command');

/** The name of a parameter, a fact type, a command: enumerated in the JSON Schema. */
export const commandShape = words(100, 'the name of a command');

const fieldShape = words(100, 'the name of a field');
const figure = (what: string) => z.union([z.number(), z.string()], what);

export const holdersExpected = `{ holdersOf: an account kind }, or a list of 1 to ${holdersMax} ids`;
export const byExpected = 'a decimal of zero or more, as in 1.5';
export const daysExpected = 'a whole number of days, as in 3 or -3';

const editShapes = {
  drop: z.object({ where: whereShape }, 'a mapping with where').describe('Leaves the facts out.'),
  scale: z
    .object(
      { where: whereShape, field: fieldShape, by: figure(byExpected).describe('Zero or more, a decimal.') },
      'a mapping with where, field and by',
    )
    .describe('Multiplies an amount or a rate of the facts.'),
  set: z
    .object(
      {
        where: whereShape,
        field: fieldShape,
        to: z.union([z.string(), z.number(), z.boolean(), z.null()], 'the new value'),
      },
      'a mapping with where, field and to',
    )
    .describe('Gives a field of the facts another value.'),
  shift: z
    .object({ where: whereShape, days: figure(daysExpected) }, 'a mapping with where and days')
    .describe('Moves the facts by whole days, back where negative.'),
  inject: z
    .object(
      {
        on: dayShape.optional().describe('The one day.'),
        from: dayShape.optional().describe('The first day of many.'),
        to: dayShape.optional().describe('The last day of many, included.'),
        every: z.literal('day', 'day').optional(),
        for: z
          .union(
            [z.object({ holdersOf: z.string() }), z.array(z.string()).min(1).max(holdersMax)],
            holdersExpected,
          )
          .optional()
          .describe('Once for each holder, in the order of their ids: those of an account kind, or a list.'),
        command: commandShape,
        with: inputsShape.optional(),
      },
      'a mapping with on, command and with',
    )
    .describe('Adds a command, decided just before the close of its day.'),
};

export const {
  drop: dropShape,
  scale: scaleShape,
  set: setShape,
  shift: shiftShape,
  inject: injectShape,
} = editShapes;

export const editKinds = ['drop', 'scale', 'set', 'shift', 'inject'] as const;

const editShape = z
  .union([
    z.object({ drop: editShapes.drop }),
    z.object({ scale: editShapes.scale }),
    z.object({ set: editShapes.set }),
    z.object({ shift: editShapes.shift }),
    z.object({ inject: editShapes.inject }),
  ])
  .meta({ id: 'Edit' });

const factsShape = z.array(editShape).max(editsMax);

const variantShape = z.object({
  name: words(200).describe('Tells the variants apart; no part of the meaning.'),
  assumptions: assumptionsShape.nullish(),
  facts: factsShape.nullish().describe("Edits after the scenario's own, in order."),
});

export const variantKeys = Object.keys(variantShape.shape);
export const nameShape = variantShape.shape.name;

const linesShape = z.array(z.string('text'), 'a list of lines').max(linesMax, `at most ${linesMax} lines`);

/** The whole file. Sections are read one by one, so that a mistake in one doesn't hide those of another. */
export const fileShape = z.object({
  $schema: z.string('text').optional().describe('For editors.'),
  scenario: idShape('the id of the scenario').describe('The id of the scenario.'),
  title: words(200).nullish(),
  description: words(10_000).nullish().describe('Why it is worth asking, and what to look at in the answer.'),
  source: words(2000).nullish().describe('Where its figures come from.'),
  base: z.union([historyBase, bookBase, emptyBase]).describe('What the scenario starts from.'),
  horizon: horizonShape.describe('The days that are run and reported.'),
  seed: whole(0, Number.MAX_SAFE_INTEGER, 'a whole number from 0').nullish().meta({ default: 0 }),
  scale: whole(1, scaleMax, `a whole number from 1 to ${scaleMax}`)
    .nullish()
    .describe('One simulated holder stands for this many.')
    .meta({ default: 1 }),
  assumptions: assumptionsShape.nullish().describe('Overrides of parameters; every other keeps its history.'),
  facts: factsShape.nullish().describe('Edits of recorded facts, in order.'),
  variants: z
    .array(variantShape)
    .max(variantsMax)
    .nullish()
    .describe('Each is the scenario with more on top.'),
  report: linesShape
    .nullish()
    .describe('`revenue by segment monthly`, `balance(ACCOUNT) daily`, `metric SEGMENT.NAME yearly`.'),
  expect: linesShape.nullish().describe('Makes the scenario a test: `revenue.payments.2016 >= 1000.00 CNY`.'),
});
