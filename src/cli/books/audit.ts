/**
 * `formicary audit`: the chain, and the record against the rules.
 *
 * @module
 */

import { type Anchor, type Verification, verifyChain } from '../../audit/chain.ts';
import { conformance } from '../../audit/conformance.ts';
import type { Finding } from '../../audit/judging/findings.ts';
import { fileMark, markPath, readMark, writeMark } from '../../book/snapshot/mark.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import type { EventLog } from '../../log/port/port.ts';
import { house } from '../../segments/index.ts';
import { badUsage, type Exit, exits } from '../frame/failures.ts';
import { revisionOption } from '../frame/given.ts';
import { grouped } from '../frame/progress.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { openBookLog } from './books.ts';

export const auditCommand: CommandSpec = {
  name: 'audit',
  summary: 'Verifies a book: every hash, link and entry; with --conformance, every rule.',
  about: [
    'With the key of the snapshots, the last event that was verified under it is an anchor, too. Where all is clean, a book that a server has closed for commands takes them again.',
    'It exits with 1 on any difference. A tail that was cut off shows only against an anchor that was noted elsewhere: the server logs REVISION:HASH at each close, import prints it.',
    '--conformance asks each rule once more, on the recorded state before each event and under the policy then known, and lists every booking that it would have made otherwise.',
  ],
  args: [],
  options: {
    from: { doc: 'The first revision that is checked.', value: 'R' },
    to: { doc: 'The last revision that is checked.', value: 'R' },
    conformance: { doc: 'Hold the record against the rules, too.' },
    head: { doc: 'An event that is known to have been in the book.', value: 'REVISION:HASH' },
    'accept-loss': {
      doc: 'Pass over what the mark under the key’s seal says was in the book: what is there now counts.',
    },
  },
  settings: ['store', 'snapshots', 'snapshot-key-file', 'book'],
  examples: [
    'formicary audit',
    'formicary audit --conformance --json',
    'formicary audit --head 1923:51d0…e377',
  ],
  run: audit,
};

interface Range {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

async function audit(call: Call): Promise<Exit> {
  const range = { from: revisionOption(call, 'from'), to: revisionOption(call, 'to') };
  const anchors = [...givenAnchor(call), ...(await sealedAnchor(call))];
  const log = await openBookLog(call, false);
  try {
    const progress = call.out.progress('verifying', undefined, 'events');
    const chain = await verifyChain(log, { ...range, anchors }, (checked, of) =>
      progress.update(checked, checked / Math.max(1, of)),
    ).catch((error: unknown) => {
      throw error instanceof RangeError ? badUsage('--from, --to', error.message) : error;
    });
    progress.end();
    // What can't be read as it was written can't be held against the rules either.
    const rules = call.flag('conformance') && chain.holds ? await held(call, log, range) : undefined;
    if (call.out.json)
      call.out.document({ chain, ...(rules === undefined ? {} : { conformance: documentOf(rules) }) });
    else {
      printChain(call, chain);
      if (rules !== undefined) printFindings(call, rules);
      else if (call.flag('conformance'))
        call.out.line('conformance was not looked at: the chain does not hold');
    }
    const clean = chain.holds && rules?.clean !== false;
    if (clean && range.from === undefined && range.to === undefined) await mark(call, chain);
    return clean ? exits.done : exits.no;
  } finally {
    await log.close();
  }
}

/** What a mark under the key's seal says was in the book, unless its loss is accepted. */
async function sealedAnchor(call: Call): Promise<readonly Anchor[]> {
  const { settings } = call;
  const path = markPath(settings, settings.book);
  if (path === undefined || call.flag('accept-loss')) return [];
  const read = await readMark(path, settings.snapshotKey);
  return read?.sealed === true && read.revision >= 0 ? [read] : [];
}

/** Leaves word for a server that waits for it, and for the next start. */
async function mark({ settings, out }: Call, { head: { revision, hash } }: Verification): Promise<void> {
  const path = markPath(settings, settings.book);
  if (path === undefined || revision < 0) return;
  try {
    const file = await fileMark(settings.store, settings.book);
    await writeMark(path, { revision, hash, file, by: 'audit' }, settings.snapshotKey);
  } catch (error) {
    out.note(`a server is not told: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function givenAnchor(call: Call): readonly Anchor[] {
  const given = call.value('head');
  if (given === undefined) return [];
  const [, revision = '', hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(given) ?? [];
  if (hash === '')
    throw badUsage(`--head ${given}`, 'expected REVISION:HASH, the hash in 64 hexadecimal digits');
  return [{ revision: Number(revision), hash }];
}

type Held = Awaited<ReturnType<typeof conformance>>;

async function held(call: Call, log: EventLog, { from, to }: Range): Promise<Held> {
  const total = (to ?? (await log.head()).revision) + 1;
  const progress = call.out.progress('asking the rules', total, 'events');
  const found = await conformance(house, log, { from, to, onProgress: (passed) => progress.update(passed) });
  progress.end();
  return found;
}

const findingOf = ({ on, ...finding }: Finding) => ({ ...finding, on: formatDay(on) });
const documentOf = (found: Held) => ({ ...found, findings: found.findings.map(findingOf) });

function printChain(
  { out }: Call,
  { holds, events, from, to, head, problems, problemCount, remarks }: Verification,
): void {
  for (const { revision, reason } of problems)
    out.line(`${out.paint('red', `revision ${revision}`)}: ${reason}`);
  if (problemCount > problems.length) out.line(`and ${grouped(problemCount - problems.length)} more`);
  const range = events === 0 ? 'no events' : `${grouped(events)} events, revisions ${from} to ${to}`;
  out.line(
    holds
      ? `${out.paint('green', 'the chain holds')}: ${range}`
      : `${out.paint('red', 'the chain does not hold')}: ${range}, ${grouped(problemCount)} problems`,
  );
  if (events > 0) out.line(`head ${head.revision}:${head.hash}`);
  for (const remark of remarks) out.line(`${out.paint('yellow', 'remark')}: ${remark}`);
}

function printFindings(
  { out }: Call,
  { clean, checked, facts, derived, findings, findingCount, rootCount }: Held,
): void {
  for (const { revision, kind, type, subject, on, rule, detail, followsFrom } of findings) {
    const from = followsFrom === undefined ? '' : ` (follows from ${followsFrom})`;
    out.line(
      `${out.paint('red', `revision ${revision}`)} ${formatDay(on)} ${type} ${subject}: ${kind}, by ${rule}: ${detail}${from}`,
    );
  }
  if (findingCount > findings.length) out.line(`and ${grouped(findingCount - findings.length)} more`);
  const looked = `${grouped(checked)} events judged, ${grouped(facts)} facts and ${grouped(derived)} derived`;
  out.line(
    clean
      ? `${out.paint('green', 'the record is what the rules say')}: ${looked}`
      : `${out.paint('red', 'the record is not what the rules say')}: ${grouped(findingCount)} findings, ${grouped(rootCount)} of them roots; ${looked}`,
  );
}
