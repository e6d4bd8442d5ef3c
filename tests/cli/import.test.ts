import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import {
  changePolicy,
  closeDay,
  command,
  keyed,
  pay,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import { ended, Place, parsed, part } from './program.ts';

const march: readonly Command[] = [
  topUp('2016-03-01', 'user-1', '200.00'),
  pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00'),
  command('2016-03-04', 'confirmReceipt', { payment: 'P-1' }),
  withdraw('2016-03-05', 'merchant-1', 'all'),
];

/** The digest of a book's state, from its log alone. */
async function digestOf(place: Place): Promise<string> {
  const log = await openLog(`sqlite:${place.path('store')}`, 'main');
  const book = await Book.open({ id: 'main', house, log, now: () => 0, engine: 'test' });
  try {
    return digest(house, book.state);
  } finally {
    await book.close();
  }
}

describe('import', () => {
  it('books a file, once however often it is run', async () => {
    using place = new Place();
    place.history('march.jsonl', march);
    const first = await place.json('import', 'march.jsonl');
    expect(first.code).toBe(0);
    // The opening of the book is an event of its own.
    expect(first.said).toMatchObject({
      lines: 4,
      accepted: 4,
      repeated: 0,
      refused: 0,
      malformed: 0,
      events: 5,
      revision: 4,
      refusals: [],
      mistakes: [],
      interrupted: false,
    });
    expect(first.said.hash).toBe((await place.head()).hash);
    const again = await place.json('import', 'march.jsonl');
    expect(again.said).toMatchObject({
      accepted: 0,
      repeated: 4,
      events: 0,
      revision: 4,
      hash: first.said.hash,
    });
  });

  it('books only what is new of a file that has grown', async () => {
    using place = new Place();
    place.history('march.jsonl', march.slice(0, 2));
    await place.run('import', 'march.jsonl', '--close', 'daily');
    place.history('march.jsonl', march);
    const { said } = await place.json('import', 'march.jsonl', '--close', 'daily');
    expect(said).toMatchObject({ accepted: 2, repeated: 2, daysClosed: 4 });
    using other = new Place();
    other.history('march.jsonl', march);
    await other.run('import', 'march.jsonl', '--close', 'daily');
    expect(await digestOf(place)).toBe(await digestOf(other));
  });

  it('stops at the first refused line, keeps what was before it, and goes on from there when it is mended', async () => {
    using place = new Place();
    const mended = [
      ...march.slice(0, 2),
      transfer('2016-03-02', 'user-1', 'user-2', '50.00'),
      ...march.slice(2),
    ];
    place.history('march.jsonl', [
      ...march.slice(0, 2),
      transfer('2016-03-02', 'user-1', 'user-2', '500.00'),
      ...march.slice(2),
    ]);
    const stopped = await place.json('import', 'march.jsonl');
    expect(stopped.code).toBe(1);
    expect(stopped.said).toMatchObject({ lines: 3, accepted: 2, refused: 1, revision: 2 });
    expect(stopped.said.refusals).toEqual([
      {
        line: 3,
        code: 'INSUFFICIENT_FUNDS',
        value: '500.00 CNY',
        message: expect.stringContaining('user-1 has 80.00 CNY'),
        hint: expect.stringContaining('Top up'),
      },
    ]);
    place.history('march.jsonl', mended);
    const { code, said } = await place.json('import', 'march.jsonl');
    expect(code).toBe(0);
    expect(said).toMatchObject({ accepted: 3, repeated: 2 });
  });

  it('closes each day before the first line of a later one, and not the last', async () => {
    using place = new Place();
    place.history('march.jsonl', march);
    const { said } = await place.json('import', 'march.jsonl', '--close', 'daily');
    expect(said).toMatchObject({ daysClosed: 4 });
    const closed = await place.run('events', '--type', 'DayClosed', '--json');
    const days = closed.stdout
      .trim()
      .split('\n')
      .map((line) => parsed(line).effectiveOn);
    expect(days).toEqual(['2016-03-01', '2016-03-02', '2016-03-03', '2016-03-04']);
  });

  it('closes no day for a line that is too far ahead', async () => {
    using place = new Place();
    place.history('march.jsonl', [...march.slice(0, 1), topUp('2018-03-01', 'user-1', '1.00')]);
    const { code, said } = await place.json('import', 'march.jsonl', '--close', 'daily');
    expect(code).toBe(1);
    expect(said).toMatchObject({ daysClosed: 0, refusals: [{ line: 2, code: 'DATE_TOO_FAR' }] });
  });

  it('finds every refusal in a rehearsal, and writes nothing', async () => {
    using place = new Place();
    const lines = [
      transfer('2016-03-01', 'user-9', 'user-1', '1.00'),
      ...march,
      topUp('2016-03-02', 'user-1', '1.00'),
      '{"on":',
    ];
    place.history('march.jsonl', lines);
    const { code, said } = await place.json('import', 'march.jsonl', '--dry-run', '--close', 'daily');
    expect(code).toBe(2);
    expect(said).toMatchObject({ dryRun: true, accepted: 4, refused: 2, malformed: 1 });
    expect(said.refusals).toMatchObject([
      { line: 1, code: 'INSUFFICIENT_FUNDS' },
      { line: 6, code: 'DAY_CLOSED' },
    ]);
    expect(said.mistakes).toMatchObject([{ line: 7 }]);
    expect(existsSync(place.path('store'))).toBe(false);
  });

  it('keeps going where it is asked to, and books mended rejects once', async () => {
    using place = new Place();
    const lines = [
      march[0] ?? '',
      transfer('2016-03-01', 'user-1', 'user-2', '500.00'),
      '{"on": 1}',
      ...march.slice(1),
    ];
    place.history('march.jsonl', lines);
    const { code, said } = await place.json('import', 'march.jsonl', '--keep-going');
    expect(code).toBe(1);
    expect(said).toMatchObject({
      accepted: 4,
      refused: 1,
      malformed: 1,
      rejects: 'march.jsonl.rejects.jsonl',
    });
    const rejects = place.read('march.jsonl.rejects.jsonl').trim().split('\n');
    expect(rejects).toHaveLength(2);
    expect(rejects[1]).toBe('{"on": 1}');
    place.write('mended.jsonl', `${rejects[0]?.replace('500.00', '5.00')}\n`);
    expect((await place.json('import', 'mended.jsonl')).said).toMatchObject({ accepted: 1, repeated: 0 });
    expect((await place.json('import', 'mended.jsonl')).said).toMatchObject({ accepted: 0, repeated: 1 });
    expect((await place.json('import', 'march.jsonl', '--keep-going')).said).toMatchObject({
      accepted: 0,
      repeated: 4,
    });
  });

  it('reads CSV', async () => {
    using place = new Place();
    place.write(
      'march.csv',
      'on,command,holder,amount\n2016-03-01,topUp,user-1,200.00 CNY\n2016-03-01,withdraw,user-1,50%\n',
    );
    expect((await place.json('import', 'march.csv')).said).toMatchObject({ accepted: 2 });
  });

  it('goes on after it was killed, with nothing lost and nothing twice', async () => {
    using place = new Place();
    const lines: Command[] = [topUp('2016-03-01', 'user-0', '1000000.00')];
    for (let at = 0; at < 12_000; at++) {
      lines.push(
        transfer(
          `2016-03-0${1 + Math.floor(at / 2_000)}`,
          'user-0',
          `user-${1 + (at % 50)}`,
          `${1 + (at % 7)}.00`,
        ),
      );
    }
    place.history('long.jsonl', lines);
    const child = place.start(['import', 'long.jsonl', '--close', 'daily']);
    const gone = ended(child);
    // Killed as soon as something is in the log: where exactly must not matter.
    while (child.exitCode === null && (await place.head()).revision < 0)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    await gone;
    const { code, said } = await place.json('import', 'long.jsonl', '--close', 'daily');
    expect(code).toBe(0);
    expect(Number(said.accepted) + Number(said.repeated)).toBe(lines.length);
    expect((await place.json('audit', '--conformance')).said).toMatchObject({
      chain: { holds: true },
      conformance: { clean: true },
    });
    using other = new Place();
    other.history('long.jsonl', lines);
    await other.run('import', 'long.jsonl', '--close', 'daily');
    expect(await digestOf(place)).toBe(await digestOf(other));
  });

  it('ends at Ctrl-C with what it has done, and goes on from there', async () => {
    using place = new Place();
    const lines = Array.from({ length: 60_000 }, (_, at) => topUp('2016-03-01', `user-${at % 50}`, '1.00'));
    place.history('long.jsonl', lines);
    const child = place.start(['import', 'long.jsonl', '--json']);
    const end = ended(child);
    while (child.exitCode === null && (await place.head()).revision < 0)
      await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGINT');
    const { code, stdout } = await end;
    const said = parsed(stdout);
    expect(code).toBe(130);
    expect(said).toMatchObject({ interrupted: true, refused: 0 });
    expect((await place.head()).revision).toBe(said.revision);
    const rest = await place.json('import', 'long.jsonl');
    expect(rest.said.repeated).toBe(said.accepted);
    expect(Number(rest.said.accepted) + Number(rest.said.repeated)).toBe(lines.length);
  });
});

describe('what import refuses leaves the log as it was', () => {
  const before = [...march.slice(0, 3), closeDay('2016-03-01')];
  const tooLarge = '99999999999999999999.00';
  const cases: readonly [what: string, line: Command, code: string, value: string][] = [
    ['a negative amount', topUp('2016-03-06', 'user-1', '-5.00 CNY'), 'INVALID_INPUT', '-5.00 CNY'],
    ['a wrong currency', topUp('2016-03-06', 'user-1', '5.00 USD'), 'INVALID_INPUT', '5.00 USD'],
    ['an amount beyond 64 bits', topUp('2016-03-06', 'user-1', tooLarge), 'INVALID_INPUT', tooLarge],
    [
      'an unknown parameter',
      changePolicy('2016-03-06', 'payments.merchantFeRate', '1%'),
      'UNKNOWN_PARAMETER',
      'payments.merchantFeRate',
    ],
    ['an unknown command', command('2016-03-06', 'topUpp', {}), 'UNKNOWN_COMMAND', 'topUpp'],
    [
      'an unknown input',
      command('2016-03-06', 'topUp', { holder: 'u', amount: '1.00 CNY', colour: 'red' }),
      'INVALID_INPUT',
      'colour',
    ],
    ['a closed date', topUp('2016-03-01', 'user-1', '1.00'), 'DAY_CLOSED', '2016-03-01'],
    [
      'a date before its subject’s latest fact',
      command('2016-03-03', 'refundPayment', { payment: 'P-1' }),
      'BEFORE_LATEST',
      'P-1',
    ],
    [
      'a key that was used for another input',
      keyed(topUp('2016-03-06', 'user-1', '1.00'), 'taken'),
      'KEY_REUSED',
      'taken',
    ],
    ['what is not a date', topUp('2016-02-30', 'user-1', '1.00'), 'INVALID_INPUT', '2016-02-30'],
  ];

  it.each(cases)('%s', async (_, line, code, value) => {
    using place = new Place();
    place.history('before.jsonl', [...before, keyed(topUp('2016-03-06', 'user-2', '1.00'), 'taken')]);
    await place.run('import', 'before.jsonl');
    const head = await place.head();
    place.history('line.jsonl', [line]);
    const refused = await place.json('import', 'line.jsonl');
    expect(refused.code).toBe(1);
    expect(refused.said.refusals).toMatchObject([{ line: 1, code }]);
    expect(part(refused.said, 'refusals', 0, 'value')).toContain(value);
    expect(part(refused.said, 'refusals', 0, 'hint')).not.toBe('');
    expect(await place.head()).toEqual(head);
  });

  it('a line that is not a command, with its number', async () => {
    using place = new Place();
    place.history('broken.jsonl', [
      '{"on":"2016-03-01","command":"topUp","with":{"holder":"u","amount":1,}}',
    ]);
    const { code, stderr } = await place.run('import', 'broken.jsonl');
    expect(code).toBe(2);
    expect(stderr).toContain('broken.jsonl:1:');
    expect((await place.head()).revision).toBe(-1);
  });

  it('a file that is not there', async () => {
    using place = new Place();
    const { code, said } = await place.json('import', 'nothing.jsonl');
    expect(code).toBe(2);
    expect(said.error).toMatchObject({ code: 'FILE_UNREADABLE', value: 'nothing.jsonl' });
    expect(existsSync(place.path('store'))).toBe(false);
  });
});
