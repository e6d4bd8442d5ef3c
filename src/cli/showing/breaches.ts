/**
 * `formicary report breaches`: what could not be paid or held at the closes of days, as the log recorded it.
 *
 * @module
 */

import type { Book } from '../../book/book.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { isRecord } from '../../kernel/values/fields.ts';
import { readFromBook, revisionOf } from '../books/books.ts';
import { badUsage, type Exit, exits } from '../frame/failures.ts';
import type { Cell } from '../frame/fitting.ts';
import { dayOption } from '../frame/given.ts';
import { csvText } from '../frame/output.ts';
import type { Call } from '../frame/spec.ts';

/** One breach of one day. */
interface Listed {
  readonly day: string;
  readonly rule: string;
  readonly amount: string;
  readonly detail: string;
}

/** Events read at a time. */
const readAtOnce = 500;

/** Prints the breaches of days that are closed: a table, CSV or JSON. */
export async function reportBreaches(call: Call): Promise<Exit> {
  if (call.flag('csv') && call.out.json) throw badUsage('--json, --csv', 'one of them');
  return await readFromBook(call, async (book) => {
    const { out } = call;
    const revision = await revisionOf(call, book);
    const breaches = await listed(call, book, revision);
    const rows = breaches.map(({ day, rule, amount, detail }) => [day, rule, amount, detail]);
    if (out.json) out.document({ report: 'breaches', revision, breaches });
    else if (call.flag('csv')) out.write(csvText([['day', 'rule', 'amount', 'detail'], ...rows]));
    else {
      out.line(out.paint('dim', `${call.settings.book} at revision ${revision}`));
      if (rows.length === 0) out.line('no breaches');
      else
        out.table([
          ['day', 'rule', { right: 'amount' }, 'detail'],
          ...rows.map(([day = '', rule = '', amount = '', detail = '']): Cell[] => [
            day,
            rule,
            { right: amount },
            detail,
          ]),
        ]);
    }
    return exits.done;
  });
}

async function listed(call: Call, book: Book, revision: number): Promise<Listed[]> {
  const from = dayOption(call, 'from') ?? Number.NEGATIVE_INFINITY;
  const to = Math.min(
    dayOption(call, 'to') ?? Number.POSITIVE_INFINITY,
    dayOption(call, 'as-of') ?? Number.POSITIVE_INFINITY,
  );
  const { register } = book;
  const closes: number[] = [];
  for (let at = 0; at <= revision; at++) {
    const day = register.day(at);
    if (register.type(at) === book.house.own.closed.name && day >= from && day <= to) closes.push(at);
  }
  const found: Listed[] = [];
  for (let at = 0; at < closes.length; at += readAtOnce) {
    for (const { effectiveOn, data } of await book.log.readMany(closes.slice(at, at + readAtOnce))) {
      if (!isRecord(data) || !Array.isArray(data.breaches)) continue;
      for (const breach of data.breaches) {
        if (!isRecord(breach)) continue;
        found.push({
          day: formatDay(effectiveOn),
          rule: String(breach.rule),
          amount: String(breach.amount),
          detail: String(breach.detail),
        });
      }
    }
  }
  return found;
}
