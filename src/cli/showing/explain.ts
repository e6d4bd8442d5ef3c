/**
 * `formicary explain`: a figure, down to events, rules, parameters and their sources.
 *
 * @module
 */
import {
  type ExplainedLine,
  type Explanation,
  explain,
  linesDefault,
  linesMax,
} from '../../audit/explaining/explain.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { formatMinor, formatMoney, type Money } from '../../kernel/values/money.ts';
import { house } from '../../segments/index.ts';
import { openBookLog, trustOption } from '../books/books.ts';
import { badUsage, type Exit, exits, orFail } from '../frame/failures.ts';
import type { Cell } from '../frame/fitting.ts';
import { dayOption, revisionOption } from '../frame/given.ts';
import type { Output } from '../frame/output.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';

export const explainCommand: CommandSpec = {
  name: 'explain',
  summary: 'Explains a figure, down to events, rules, parameters and their sources.',
  about: [
    'The figure is an account’s balance, as it stands, or as of a day; with --from it is the change over days. Before, change and after are exact, and the change is the sum of its lines and of what is left over.',
  ],
  args: [
    { name: 'ACCOUNT', doc: 'An account’s id, the head of one (all below it), or a prefix that ends in *.' },
  ],
  options: {
    on: { doc: 'The balance at the end of this day.', value: 'DATE' },
    from: { doc: 'The change from this day on.', value: 'DATE' },
    to: { doc: 'The change up to this day.', value: 'DATE' },
    revision: { doc: 'What was recorded up to this revision.', value: 'R' },
    ...trustOption,
    limit: { doc: `Most lines. Default: ${linesDefault}, at most ${linesMax}.`, value: 'N' },
  },
  settings: ['store', 'book'],
  examples: [
    'formicary explain platform:income:payments:merchant-fee:CNY --from 2016-11-11 --to 2016-11-11',
    'formicary explain fund:liability:yuebao:units:user-1:CNY --on 2016-06-30 --json',
  ],
  run: explainFigure,
};

async function explainFigure(call: Call): Promise<Exit> {
  const [account = ''] = call.args;
  const on = dayOption(call, 'on');
  const [from, to] = [dayOption(call, 'from'), dayOption(call, 'to')];
  if (on !== undefined && (from !== undefined || to !== undefined))
    throw badUsage('--on', 'not together with --from and --to');
  const limit = revisionOption(call, 'limit') ?? linesDefault;
  if (limit > linesMax) throw badUsage(`--limit ${limit}`, `at most ${linesMax}`);
  const log = await openBookLog(call, false);
  try {
    const revision = revisionOption(call, 'revision');
    const found = orFail(await explain(house, log, { account, from, to: on ?? to, revision, limit }));
    if (call.out.json) call.out.document(documentOf(found));
    else print(call.out, found);
  } finally {
    await log.close();
  }
  return exits.done;
}

const amounts = (list: readonly Money[]) =>
  list.map(({ minor, currency }) => ({ amount: formatMinor(minor, currency), currency }));
const text = (list: readonly Money[]): string =>
  list.length === 0 ? '0' : list.map(({ minor, currency }) => formatMoney(minor, currency)).join(', ');
const dayOrNull = (day: number | undefined): string | null => (day === undefined ? null : formatDay(day));

const documentOf = ({ from, to, before, change, after, totals, lines, remainder, ...rest }: Explanation) => ({
  ...rest,
  from: dayOrNull(from),
  to: dayOrNull(to),
  before: amounts(before),
  change: amounts(change),
  after: amounts(after),
  totals: totals.map((total) => ({ ...total, amounts: amounts(total.amounts) })),
  lines: lines.map((line) => ({ ...line, day: formatDay(line.day), amounts: amounts(line.amounts) })),
  remainder: { ...remainder, amounts: amounts(remainder.amounts) },
});

function print(out: Output, found: Explanation): void {
  const { account, from, to, revision, before, change, after, totals, lines, remainder } = found;
  const days = `${from === undefined ? '' : ` from ${formatDay(from)}`}${to === undefined ? '' : ` to ${formatDay(to)}`}`;
  out.line(`${out.paint('bold', account)}${days}, at revision ${revision}`);
  out.table([
    ['', ''],
    ['before', { right: text(before) }],
    ['change', { right: text(change) }],
    ['after', { right: text(after) }],
  ]);
  out.line();
  out.table([
    ['by', { right: 'events' }, { right: 'change' }],
    ...totals.map((total): Cell[] => [
      total.type,
      { right: String(total.events) },
      { right: text(total.amounts) },
    ]),
  ]);
  out.line();
  for (const line of lines) printLine(out, line);
  if (remainder.events > 0) out.line(`and ${remainder.events} more events: ${text(remainder.amounts)}`);
}

function printLine(
  out: Output,
  { revision, day, type, subject, amounts: of, rule, parameters, cause, agrees }: ExplainedLine,
): void {
  const answers = cause === null ? '' : `, answers ${cause}`;
  out.line(`${text(of).padStart(18)}  ${formatDay(day)}  revision ${revision}: ${type} ${subject}${answers}`);
  out.line(out.paint('dim', `${' '.repeat(20)}${rule.name}: ${rule.doc}`));
  for (const { name, key, value, source, since } of parameters) {
    const from = since === undefined ? '' : ` since ${since}`;
    out.line(
      out.paint(
        'dim',
        `${' '.repeat(20)}${name}${key === undefined ? '' : `[${key}]`} = ${value}${from} (${source})`,
      ),
    );
  }
  if (!agrees)
    out.line(`${' '.repeat(20)}${out.paint('red', 'the rule, run once more, gives another amount')}`);
}
