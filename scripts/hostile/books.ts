/**
 * What is tried at the books: what-ifs that would never end, a crowd of them, dates out of all bounds, amounts out of all bounds.
 *
 * @module
 */
import { asked, type Case, insideOf, posted } from './wire.ts';

const run =
  'mutation($text: String!) { runScenario(input: { text: $text, wait: false }) { ... on Run { id } ... on RunProgress { id } ... on Refusal { code } } }';
const topUp =
  'mutation($on: Date!, $amount: Decimal!) { topUp(input: { holder: "hostile-1", effectiveOn: $on, amount: { amount: $amount, currency: "CNY" } }) { ... on CommandAccepted { revision } ... on Refusal { code } } }';

/** A what-if on the default book. Each number is another question. */
const scenario = (to: string, number: number): string =>
  `scenario: hostile\nbase: { book: main }\nhorizon: { from: 2016-01-01, to: ${to}, close: daily }\nassumptions: { payments.floatRate: ${number}bp }\n`;

/** The code that a mutation was answered with, or the answer where there is none. */
const codeOf = (text: string): string => /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? text.slice(0, 200);

/** A mutation that must be refused as data. */
const refused = (
  point: string,
  name: string,
  query: string,
  variables: object,
  ...codes: readonly string[]
): Case => ({
  point,
  name,
  run: async (server) => {
    const { text } = await asked(server, query, variables);
    const inside = insideOf(text);
    const code = codeOf(text);
    return inside ?? (codes.includes(code) ? undefined : `answered with ${code}`);
  },
});

const crowd = 200;
/** How long a plain query may take beside a crowd of what-ifs, in milliseconds: far beyond what it takes alone. */
const besideMsMax = 2_000;

const whatIfs: readonly Case[] = [
  refused(
    'what-ifs',
    'days to the end of time',
    run,
    { text: scenario('9999-12-31', 1) },
    'RUN_TOO_LARGE',
    'TOO_MANY',
  ),
  refused(
    'what-ifs',
    'a horizon before all dates',
    run,
    { text: scenario('2016-12-31', 1).replace('2016-01-01', '0001-01-01') },
    'SCENARIO_MISTAKEN',
    'TOO_MANY',
  ),
  refused(
    'what-ifs',
    'a folder as a history',
    run,
    { text: scenario('2016-12-31', 1).replace('{ book: main }', '{ history: histories }') },
    'HISTORY_UNKNOWN',
    'TOO_MANY',
  ),
  {
    point: 'what-ifs',
    name: `${crowd} at once, and a plain query beside them`,
    run: async (server) => {
      const answers = Array.from({ length: crowd }, (_, at) =>
        asked(server, run, { text: scenario('2017-12-31', at + 1) }),
      );
      const began = performance.now();
      const beside = await asked(server, '{ ledger { revision } }');
      const ms = performance.now() - began;
      const texts = (await Promise.all(answers)).map(({ text }) => text);
      for (const text of texts) {
        const id = /"id":"([0-9a-f]+)"/.exec(text)?.[1];
        if (id !== undefined)
          await asked(server, 'mutation($id: ID!) { cancelRun(id: $id) { __typename } }', { id });
      }
      if (beside.status !== 200) return `the plain query: status ${beside.status}`;
      if (ms > besideMsMax) return `the plain query took ${Math.round(ms)} ms`;
      const inside = texts.map(insideOf).find((each) => each !== undefined);
      return (
        inside ?? (texts.some((text) => codeOf(text) === 'TOO_MANY') ? undefined : 'nobody was told TOO_MANY')
      );
    },
  },
];

const bounds: readonly Case[] = [
  ...['0001-01-01', '1989-12-31'].map((on) =>
    refused('bounds', `a command of ${on}`, topUp, { on, amount: '1.00' }, 'DATE_TOO_EARLY', 'DAY_CLOSED'),
  ),
  refused('bounds', 'a command of 9999', topUp, { on: '9999-12-31', amount: '1.00' }, 'DATE_TOO_FAR'),
  {
    point: 'bounds',
    name: 'an amount beyond 64 bits',
    run: async (server) => {
      const variables = { on: '2016-12-31', amount: '92233720368547758.08' };
      const { text } = await posted(server, JSON.stringify({ query: topUp, variables }));
      const inside = insideOf(text);
      return inside ?? (text.includes('"revision"') ? 'it was booked' : undefined);
    },
  },
];

/** All that is tried at the books. */
export const booksCases: readonly Case[] = [...whatIfs, ...bounds];
