/** Histories: lines of JSON and records of CSV, out of chunks however they are cut. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMistake } from '../../src/scenario/file/file.ts';
import {
  type Chunks,
  type HistoryItem,
  historyFormatOf,
  lineBytesMax,
  readHistory,
  readHistoryFile,
} from '../../src/scenario/running/history.ts';
import { house } from '../../src/segments/index.ts';

async function collect(items: AsyncIterable<HistoryItem>): Promise<HistoryItem[]> {
  const found: HistoryItem[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const json = (chunks: Chunks) => collect(readHistory(chunks, { file: 'h.jsonl', format: 'jsonl', house }));
const csv = (chunks: Chunks) => collect(readHistory(chunks, { file: 'h.csv', format: 'csv', house }));

const told = (items: readonly HistoryItem[]) =>
  items.map((item) => (item.kind === 'command' ? [item.line, item.command] : formatMistake(item.mistake)));

const topUp = '{"on":"2016-03-01","command":"topUp","with":{"holder":"user-1","amount":"200.00 CNY"}}';
const topUpCommand = { on: '2016-03-01', command: 'topUp', with: { holder: 'user-1', amount: '200.00 CNY' } };

describe('JSON Lines', () => {
  test('a command a line; blank lines, CRLF, a mark of byte order and a last line without end are all right', async () => {
    const text = `\uFEFF${topUp}\r\n\n   \n${topUp.replace(/}$/, ',"key":"k","actor":"import"}')}`;
    expect(told(await json([text]))).toEqual([
      [1, topUpCommand],
      [4, { ...topUpCommand, key: 'k', actor: 'import' }],
    ]);
  });

  test('the line as it was stands beside the command', async () => {
    const [item] = await json([`${topUp}\r\n`]);
    expect(item).toMatchObject({ kind: 'command', text: topUp });
  });

  test.each([
    ['{"on":"2016-03-01","command":▸x}', ': found x}, expected a JSON value'],
    ['{"on":"2016-03-01" ▸"command":"x"}', ': found "command":"x"}, expected , or }'],
    ['{"on":"2016-03-01",▸}', ': found }, expected a key in double quotes'],
    ['{"on":"2016-03-01"▸', ': found the end of the line, expected , or }'],
    ['{"on":▸"2016', ': found "2016, expected a JSON value'],
    ['{"on":▸01}', ': found 01}, expected a JSON value'],
    ['{"on":[1,▸]}', ': found ]}, expected a JSON value'],
    ['{} ▸{}', ': found {}, expected the end of the line'],
    ["{▸'on':1}", ": found 'on':1}, expected a key in double quotes"],
    ['▸[]', ': found a list, expected an object with on, command and with'],
    ['▸7', ': found the number 7, expected an object with on, command and with'],
    ['▸{"command":"topUp","with":{}}', ': missing: on'],
    ['▸{"on":"2016-03-01","with":{}}', ': missing: command'],
    ['▸{"on":"2016-03-01","command":"topUp"}', ': missing: with'],
    ['{▸"on":5,"command":"topUp","with":{}}', ' on: found the number 5, expected text'],
    ['{"on":"2016-03-01",▸"command":null,"with":{}}', ' command: found null, expected text'],
    ['{"on":"2016-03-01","command":"topUp",▸"with":[]}', ' with: found a list, expected an object of inputs'],
    ['{"on":"2016-03-01","command":"topUp","with":{},▸"key":5}', ' key: found the number 5, expected text'],
    ['{"on":"2016-03-01","command":"topUp","with":{},▸"actor":{}}', ' actor: found an object, expected text'],
    ['{"on":"2016-03-01","command":"topUp",▸"wiht":{}}', ' wiht: there is no key wiht (did you mean with?)'],
    [
      '{"on":"2016-03-01",▸"on":"2016-03-02","command":"topUp","with":{}}',
      ': found "on" a second time, expected each key once',
    ],
    [
      '{"on":"2016-03-01","command":"topUp","with":{"holder":"a", ▸"holder":"b"}}',
      ': found "holder" a second time, expected each key once',
    ],
  ])('%s', async (text, message) => {
    const items = await json([`${topUp}\n${text.replace('▸', '')}\n${topUp}`]);
    expect(told(items)).toEqual([
      [1, topUpCommand],
      `h.jsonl:2:${text.indexOf('▸') + 1}${message}`,
      [3, topUpCommand],
    ]);
  });

  test('values are taken as JSON says them, whatever the spaces and escapes', async () => {
    const text =
      '{ "with" : {"a\\u0062": [1, {"x": null}, true, -1.5e3] , "t": "\\"\\n é\u007f"}, "command" :"c", "on": "d" }';
    expect(told(await json([text]))).toEqual([
      [1, { on: 'd', command: 'c', with: { ab: [1, { x: null }, true, -1500], t: '"\n é\u007f' } }],
    ]);
  });

  test('a line that is too long is one mistake, and the next line is read', async () => {
    const exact = topUp.replace('user-1', 'x'.repeat(lineBytesMax - topUp.length + 'user-1'.length));
    expect(exact).toHaveLength(lineBytesMax);
    const items = await json([`${exact}\r\n${exact} \n`, topUp]);
    expect(items.map(({ kind }) => kind)).toEqual(['command', 'mistake', 'command']);
    expect(told(items)[1]).toBe('h.jsonl:2:1: longer than 65536 bytes');
  });

  test('bytes that are no UTF-8 are a mistake of their line', async () => {
    const broken = Uint8Array.from([0x22, 0xc3, 0x28, 0x22, 0x0a]);
    expect(told(await json([broken, topUp]))).toEqual(['h.jsonl:1:1: not UTF-8', [2, topUpCommand]]);
  });

  test('values nested too deeply are a mistake', async () => {
    const [item] = await json([`{"on": ${'['.repeat(30_000)}${']'.repeat(30_000)}}`]);
    expect(item).toMatchObject({ kind: 'mistake', mistake: { expected: 'at most 32 levels' } });
  });

  test('a mark of byte order inside the file is no blank', async () => {
    expect((await json([`${topUp}\n\uFEFF${topUp}`])).map(({ kind }) => kind)).toEqual([
      'command',
      'mistake',
    ]);
  });

  test('memory is bounded: a line without end is not kept', async () => {
    const chunk = new Uint8Array(65_536).fill(0x78);
    function* endless(): Generator<Uint8Array> {
      for (let count = 0; count < 4096; count++) yield chunk;
    }
    const before = process.memoryUsage().arrayBuffers;
    const items = await json(endless());
    expect(told(items)).toEqual(['h.jsonl:1:1: longer than 65536 bytes']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('CSV', () => {
  test('empty cells are left out; flags are yes or no; quotes as in RFC 4180, over lines too', async () => {
    const text = [
      'on,command,key,actor,holder,amount,payment,payer,payee,method,escrow,parameter,value,from,reason',
      '2016-03-01,topUp,k-1,,user-1,200.00 CNY,,,,,,,,,',
      '2016-03-01,initiatePayment,,"clerk, 1",,120.00 CNY,P-1,user-1,merchant-1,wallet,TRUE,,,,',
      '',
      '2016-03-02,changePolicy,,,,,,,,,,payments.floatRate,3%,2016-04-01,"said ""so"",',
      'twice"',
      '2016-03-02,changePolicy,,,,,,,,,,yuebao.allocation,"{""bond"":""100%""}",2016-04-01,x',
    ].join('\r\n');
    expect(told(await csv([text]))).toEqual([
      [
        2,
        { on: '2016-03-01', command: 'topUp', key: 'k-1', with: { holder: 'user-1', amount: '200.00 CNY' } },
      ],
      [
        3,
        {
          on: '2016-03-01',
          command: 'initiatePayment',
          actor: 'clerk, 1',
          with: {
            amount: '120.00 CNY',
            payment: 'P-1',
            payer: 'user-1',
            payee: 'merchant-1',
            method: 'wallet',
            escrow: true,
          },
        },
      ],
      [
        5,
        {
          on: '2016-03-02',
          command: 'changePolicy',
          with: {
            parameter: 'payments.floatRate',
            value: '3%',
            from: '2016-04-01',
            reason: 'said "so",\ntwice',
          },
        },
      ],
      [
        7,
        {
          on: '2016-03-02',
          command: 'changePolicy',
          with: { parameter: 'yuebao.allocation', value: { bond: '100%' }, from: '2016-04-01', reason: 'x' },
        },
      ],
    ]);
  });

  test.each([
    ['on,command,▸holdr', ' there is no column holdr (did you mean holder?)'],
    ['on,command,▸holder,holder', ' found holder twice, expected each column once'],
    ['▸command,holder', ' missing: the column on'],
    ['on,▸"command', ' found "command 2016-03-01,, expected a closing quote'],
  ])('header %s', async (header, message) => {
    const column = header.indexOf('▸') + 1;
    expect(told(await csv([`${header.replace('▸', '')}\n2016-03-01,topUp,a`]))).toEqual([
      `h.csv:1:${column}:${message}`,
    ]);
  });

  test.each([
    ['2016-03-01,topUp,a,1 CNY▸', ': found 4 cells, expected 5 cells, as in the header'],
    ['2016-03-01,topUp,a,1 CNY,,▸b', ': found 6 cells, expected 5 cells, as in the header'],
    ['▸,topUp,a,1 CNY,', ': missing: on'],
    ['2016-03-01,▸,a,1 CNY,', ': missing: command'],
    [
      '2016-03-01,topUp,a▸"b",1 CNY,',
      ': found "b",1 CNY,, expected quotes round the whole cell, and doubled inside',
    ],
    ['2016-03-01,topUp,"a"▸b,1 CNY,', ': found b,1 CNY,, expected a comma after the closing quote'],
    ['2016-03-01,changePolicy,,,▸"{""bond"""', ' value: found {"bond", expected JSON'],
  ])('row %s', async (row, message) => {
    const items = await csv([
      `on,command,holder,amount,value\n${row.replace('▸', '')}\n2016-03-01,topUp,a,1 CNY,\n`,
    ]);
    expect(told(items)).toEqual([
      `h.csv:2:${row.indexOf('▸') + 1}${message}`,
      [3, { on: '2016-03-01', command: 'topUp', with: { holder: 'a', amount: '1 CNY' } }],
    ]);
  });

  test('a quote that is never closed is given up at the limit', async () => {
    const filler = `${'x'.repeat(1000)}\n`.repeat(100);
    const items = await csv([`on,command,holder\n2016-03-01,topUp,"a\n${filler}`]);
    expect(told(items)[0]).toBe('h.csv:2:1: longer than 65536 bytes');
  });
});

test('the format of a file is that of its name', async () => {
  expect(['a.csv', 'a.CSV', 'a.jsonl', 'csv'].map(historyFormatOf)).toEqual(['csv', 'csv', 'jsonl', 'jsonl']);
  const opened: string[] = [];
  const open = (path: string): Chunks => {
    opened.push(path);
    return ['on,command,holder\n2016-03-01,topUp,a\n'];
  };
  expect(told(await collect(readHistoryFile('dir/h.csv', open, house)))).toEqual([
    [2, { on: '2016-03-01', command: 'topUp', with: { holder: 'a' } }],
  ]);
  expect(opened).toEqual(['dir/h.csv']);
});

test('a web stream is read like any other chunks', async () => {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(topUp.slice(0, 10)));
      controller.enqueue(new TextEncoder().encode(topUp.slice(10)));
      controller.close();
    },
  });
  expect(told(await json(stream))).toEqual([[1, topUpCommand]]);
});

test('however a file is cut into chunks, it says the same', async () => {
  const text = `\uFEFF${topUp}\r\n\n{"on":"é – 𝄞","command":"c","with":{}}\n{bad\n${topUp}`;
  const bytes = new TextEncoder().encode(text);
  const whole = await json([bytes]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const ends = [...cuts, bytes.length].sort((a, b) => a - b);
      const chunks = ends.map((end, at) => bytes.slice(ends[at - 1] ?? 0, end));
      expect(await json(chunks)).toEqual(whole);
    }),
  );
});

test('what JSON can say, a line says, and nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
      fc.boolean(),
      async (inputs, spaced) => {
        const line = { on: 'd', command: 'c', with: inputs };
        const text = JSON.stringify(line);
        // Spaces as Python writes them; inside texts they change nothing that we compare below.
        const written = spaced ? JSON.stringify(line, null, 1).replaceAll('\n', ' ') : text;
        const [item] = await json([written]);
        expect(item?.kind === 'command' && JSON.stringify(item.command.with)).toBe(
          JSON.stringify(JSON.parse(text).with),
        );
      },
    ),
  );
});
