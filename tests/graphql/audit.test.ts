import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

const audit = async (fields: string, args = '') =>
  (await served.data(`{ audit${args} { ${fields} } }`)).audit;
const code = async (fields: string, args = '') =>
  (await served.ask(`{ audit${args} { ${fields} } }`)).errors[0]?.extensions.code;

describe('an audit', () => {
  it('verifies the chain, whole or in part', async () => {
    const { verify } = await audit(
      'verify { holds from to eventCount headHash firstBad problems { revision reason } problemCount remarks }',
    );
    expect(verify).toMatchObject({
      holds: true,
      from: '0',
      to: '412',
      eventCount: 413,
      firstBad: null,
      problemCount: 0,
    });
    expect(verify.headHash).toBe((await served.data('{ event(at: "412") { hash } }')).event.hash);
    const part = await audit('verify(from: "10", to: "20") { holds eventCount }');
    expect(part.verify).toEqual({ holds: true, eventCount: 11 });
  });

  it('holds the record against the rules', async () => {
    const all =
      'clean checked facts derived findingCount rootCount findings(first: 3) { revision kind type subject segment on rule detail recorded { data entry { account amount { amount } } } expected { data } differences { account recorded { amount } expected { amount } } followsFrom }';
    const { conformance } = await audit(`conformance { ${all} }`);
    expect(conformance).toMatchObject({ clean: true, checked: 413, findingCount: 0, findings: [] });
    const treasury = await audit('conformance(segment: "treasury") { checked }');
    expect(treasury.conformance.checked).toBe(1);
  });

  it('explains a figure, down to the source of each rate', async () => {
    const { explain } = await audit(
      'explain(account: "platform:income:payments:merchant-fee", from: "2016-03-01", to: "2016-03-31", first: 1) { account from to revision before { amount } change { amount } after { amount } totals { type eventCount amounts { amount } } lines { revision day type subject amounts { amount } rule ruleDoc parameters { name key value source since changedAt } cause agrees } remainingCount remaining { amount } }',
    );
    expect(explain).toMatchObject({
      before: [{ amount: '0.00' }],
      after: [{ amount: '1.14' }],
      totals: [
        { type: 'PaymentInitiated', eventCount: 1, amounts: [{ amount: '0.60' }] },
        { type: 'PaymentRefunded', eventCount: 1, amounts: [{ amount: '-0.18' }] },
        { type: 'ReceiptConfirmed', eventCount: 1, amounts: [{ amount: '0.72' }] },
      ],
      lines: [{ subject: 'payment/P-1', amounts: [{ amount: '0.72' }], agrees: true }],
      remainingCount: 2,
    });
    expect(explain.lines[0].parameters).toContainEqual(
      expect.objectContaining({
        name: 'payments.merchantFeeRate',
        value: '0.6%',
        key: null,
        changedAt: null,
      }),
    );
  });

  it('refuses what is not there', async () => {
    expect(await code('verify(to: "99999") { holds }')).toBe('EVENT_UNKNOWN');
    expect(await code('conformance(segment: "nothing") { clean }')).toBe('SEGMENT_UNKNOWN');
    expect(await code('explain(account: "nothing") { after { amount } }')).toBe('ACCOUNT_UNKNOWN');
    expect(await code('book', '(book: "none")')).toBe('BOOK_UNKNOWN');
  });

  it('takes its turn when others are under way', async () => {
    const many = Array.from({ length: 8 }, (_, at) => `a${at}: verify { holds }`).join(' ');
    expect(Object.values(await audit(many))).toEqual(Array.from({ length: 8 }, () => ({ holds: true })));
  });
});
