/** interbook, point by point as docs/segments/interbook.md settles it. */
import { describe, expect, it } from 'vitest';
import type { FactType } from '../../src/kernel/contract/fact.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { metrics } from '../../src/reading/metrics.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { house } from '../../src/segments/index.ts';
import { inTransit, reserve } from '../../src/segments/interbook/accounts.ts';
import { onTheirWay } from '../../src/segments/interbook/state.ts';
import { book, rowsOf } from '../support/book.ts';
import {
  changePolicy,
  closeDay,
  command,
  completeTransfer,
  declineTransfer,
  pay,
  receiveTransfer,
  returnTransfer,
  reverse,
  sendTransfer,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import { expectBalances, given } from '../support/scene.ts';
import { whatIf } from '../support/what-if.ts';

const on = '2016-03-03';
const next = '2016-03-04';
const before = '2016-03-02';
const toNorth = { transfer: 'T-1', from: 'user-1', book: 'north', to: 'user-9', amount: '30.00' };
const fromMain = { ...toNorth, book: 'main' };

/** A wallet of 100.00. */
const funded = () => given(topUp('2016-03-01', 'user-1', '100.00'));
/** Of which 30.00 are on their way to north. */
const underWay = () => funded().and(sendTransfer(on, toNorth));

describe('the example of the page', () => {
  it('sent', () => {
    const scene = funded()
      .when(sendTransfer(on, toNorth))
      .recorded({ transfer: 'T-1', from: 'user-1', book: 'north', to: 'user-9', amount: '30.00 CNY' })
      .gives(
        'TransferSent: wallet:user-1 +30.00 · reserve -30.00 · set-aside +30.00 · in-transit:north -30.00',
      );
    expectBalances(scene, {
      'wallet:user-1': '70.00',
      reserve: '70.00',
      'set-aside': '30.00',
      'in-transit:north': '30.00',
    });
  });

  it('arrived in north', () => {
    given()
      .when(receiveTransfer(on, fromMain))
      .recorded({ transfer: 'T-1', from: 'user-1', book: 'main', to: 'user-9', amount: '30.00 CNY' })
      .gives('TransferArrived: reserve +30.00 · wallet:user-9 -30.00');
  });

  it('completed', () => {
    underWay()
      .when(completeTransfer(on, 'T-1'))
      .gives('TransferCompleted: in-transit:north +30.00 · set-aside -30.00');
  });

  it('returned instead', () => {
    underWay()
      .when(returnTransfer(on, 'T-1', 'no such holder'))
      .recorded({ transfer: 'T-1', reason: 'no such holder' })
      .gives(
        'TransferReturned: in-transit:north +30.00 · set-aside -30.00 · reserve +30.00 · wallet:user-1 -30.00',
      );
  });

  it('a decline posts nothing', () => {
    given()
      .when(declineTransfer(on, fromMain, 'no such holder'))
      .recorded({
        transfer: 'T-1',
        from: 'user-1',
        book: 'main',
        to: 'user-9',
        amount: '30.00 CNY',
        reason: 'no such holder',
      })
      .gives('TransferDeclined');
  });
});

describe('the life of a transfer', () => {
  it('is known by its id in the book that it leaves: TRANSFER_EXISTS, whatever became of it', () => {
    const again = { ...toNorth, amount: '1.00' };
    const scene = underWay();
    scene.when(sendTransfer(on, again)).refused('TRANSFER_EXISTS', { value: 'T-1' });
    scene.and(completeTransfer(on, 'T-1'));
    scene.when(sendTransfer(on, again)).refused('TRANSFER_EXISTS');
    const other = underWay().and(returnTransfer(on, 'T-1'));
    other.when(sendTransfer(on, again)).refused('TRANSFER_EXISTS');
    other.when(sendTransfer(on, { ...again, transfer: 'T-2' })).accepted();
  });

  it('in the other by the book that it comes from and its id together', () => {
    const scene = given(receiveTransfer(on, fromMain));
    scene.when(receiveTransfer(on, fromMain)).refused('TRANSFER_EXISTS', { value: 'main/T-1' });
    scene.when(receiveTransfer(on, { ...fromMain, amount: '1.00' })).refused('TRANSFER_EXISTS');
    scene.when(declineTransfer(on, fromMain)).refused('TRANSFER_EXISTS');
    scene
      .when(receiveTransfer(on, { ...fromMain, book: 'south' }))
      .accepted()
      .when(declineTransfer(on, { ...fromMain, book: 'east' }))
      .accepted();
    // One that the book itself sends may have the same id, too, even to the book that the other came from.
    scene.when(sendTransfer(on, { ...toNorth, from: 'user-9', book: 'main' })).accepted();
    scene.when(completeTransfer(on, 'T-1')).accepted();
  });

  it('what was declined can’t arrive any more: TRANSFER_DECLINED', () => {
    const scene = given(declineTransfer(on, fromMain));
    scene.when(receiveTransfer(on, fromMain)).refused('TRANSFER_DECLINED', { value: 'main/T-1' });
    scene.when(declineTransfer(on, fromMain)).refused('TRANSFER_DECLINED');
    expectBalances(scene, { 'wallet:user-9': '0.00', reserve: '0.00' });
  });

  it('comes to one end, once: TRANSFER_COMPLETED, TRANSFER_RETURNED', () => {
    const completed = underWay().and(completeTransfer(on, 'T-1'));
    completed.when(completeTransfer(on, 'T-1')).refused('TRANSFER_COMPLETED', { value: 'T-1' });
    completed.when(returnTransfer(on, 'T-1')).refused('TRANSFER_COMPLETED');
    expectBalances(completed, { 'wallet:user-1': '70.00', 'in-transit:north': '0.00', 'set-aside': '0.00' });
    const returned = underWay().and(returnTransfer(on, 'T-1'));
    returned.when(completeTransfer(on, 'T-1')).refused('TRANSFER_RETURNED', { value: 'T-1' });
    returned.when(returnTransfer(on, 'T-1')).refused('TRANSFER_RETURNED');
    expectBalances(returned, { 'wallet:user-1': '100.00', 'in-transit:north': '0.00', 'set-aside': '0.00' });
  });

  it('begins with being sent: TRANSFER_UNKNOWN', () => {
    const scene = funded();
    scene.when(completeTransfer(on, 'T-1')).refused('TRANSFER_UNKNOWN', { value: 'T-1' });
    scene.when(returnTransfer(on, 'T-1')).refused('TRANSFER_UNKNOWN');
    // One that arrived here was sent elsewhere.
    scene.and(receiveTransfer(on, fromMain));
    scene.when(completeTransfer(on, 'T-1')).refused('TRANSFER_UNKNOWN');
  });

  it('is completed or returned on the day on which it was sent, or later: BEFORE_LATEST', () => {
    const scene = underWay();
    for (const early of [completeTransfer(before, 'T-1'), returnTransfer(before, 'T-1')])
      scene.when(early).refused('BEFORE_LATEST', { value: 'T-1', detail: /2016-03-03/ });
    scene.when(completeTransfer(on, 'T-1')).accepted();
  });

  it('whoever tries again is told what has become of it, whatever the date', () => {
    const scene = underWay().and(completeTransfer(next, 'T-1'));
    scene.when(completeTransfer(before, 'T-1')).refused('TRANSFER_COMPLETED');
    scene.when(returnTransfer(on, 'T-1')).refused('TRANSFER_COMPLETED');
    scene.when(sendTransfer(before, toNorth)).refused('TRANSFER_EXISTS');
    const there = given(receiveTransfer(on, fromMain), declineTransfer(on, { ...fromMain, book: 'south' }));
    there.when(receiveTransfer(before, fromMain)).refused('TRANSFER_EXISTS');
    there.when(declineTransfer(before, { ...fromMain, book: 'south' })).refused('TRANSFER_DECLINED');
  });

  it('the two books’ dates are not compared', () => {
    given(receiveTransfer('2016-01-01', fromMain));
  });
});

describe('funds', () => {
  it('the wallet must hold as much, on that date and every later one: INSUFFICIENT_FUNDS', () => {
    funded()
      .when(sendTransfer(on, { ...toNorth, amount: '100.01' }))
      .refused('INSUFFICIENT_FUNDS', { value: '100.01 CNY', detail: /user-1 has 100\.00 CNY/ });
    funded()
      .and(transfer('2016-03-05', 'user-1', 'user-2', '80.00'))
      .when(sendTransfer(on, toNorth))
      .refused('INSUFFICIENT_FUNDS', { detail: /20\.00 CNY/ })
      .when(sendTransfer(on, { ...toNorth, amount: '20.00' }))
      .accepted();
    given().when(sendTransfer(on, toNorth)).refused('INSUFFICIENT_FUNDS');
  });

  it('life cycle comes before funds', () => {
    underWay()
      .and(withdraw(on, 'user-1', 'all'))
      .when(sendTransfer(on, toNorth))
      .refused('TRANSFER_EXISTS');
  });

  it('what is on its way is nobody’s to spend; what has arrived, or is back, is', () => {
    underWay()
      .when(withdraw(on, 'user-1', '70.01'))
      .refused('INSUFFICIENT_FUNDS')
      .and(returnTransfer(next, 'T-1'))
      .when(withdraw(on, 'user-1', '70.01'))
      .refused('INSUFFICIENT_FUNDS')
      .when(withdraw(next, 'user-1', '100.00'))
      .accepted();
    given(receiveTransfer(on, fromMain))
      .when(withdraw(on, 'user-9', '30.00'))
      .accepted();
  });

  it('from and to may be the same id, and the book any', () => {
    funded()
      .when(sendTransfer(on, { ...toNorth, to: 'user-1' }))
      .accepted();
    given(receiveTransfer(on, { ...fromMain, to: 'user-1' }));
  });

  it('only ids are looked at: a repeat with other inputs gets the same code', () => {
    const other = { transfer: 'T-1', from: 'nobody', book: 'south', to: 'user-1', amount: '999.00' };
    underWay().when(sendTransfer(on, other)).refused('TRANSFER_EXISTS');
  });

  it('it costs nothing and earns nothing; a day’s close does nothing with what is on its way', () => {
    const scene = underWay().and(pay(on, 'P-1', 'user-1', 'm', '70.00'));
    scene.book.closeThrough(dayOf('2016-04-03'));
    expectBalances(scene, { 'set-aside': '30.00', 'in-transit:north': '30.00', reserve: '69.58' });
    scene.when(completeTransfer('2016-04-04', 'T-1')).accepted();
  });

  it('what would be more than commands bring in does not arrive: AMOUNT_TOO_LARGE', () => {
    const most = '10000000000000000.00';
    given(topUp(on, 'user-2', most))
      .when(receiveTransfer(on, fromMain))
      .refused('AMOUNT_TOO_LARGE')
      .when(declineTransfer(on, fromMain))
      .accepted();
  });
});

describe('inputs', () => {
  it.each([
    ['sendTransfer', { ...toNorth, amount: '30.00 CNY', book: 'no/book' }, /^book: /],
    ['sendTransfer', { ...toNorth, amount: '0.00 CNY' }, /^amount: /],
    ['sendTransfer', { ...toNorth, amount: 'all' }, /^amount: /],
    ['receiveTransfer', { ...toNorth, amount: '1.00 CNY', transfer: '' }, /^transfer: /],
    ['declineTransfer', { ...toNorth, amount: '1.00 CNY' }, /^reason/],
    ['declineTransfer', { ...toNorth, amount: '1.00 CNY', reason: '' }, /^reason: /],
    ['completeTransfer', { transfer: 'T-1', book: 'north' }, /^book/],
    ['returnTransfer', { transfer: 'T-1' }, /^reason/],
    ['returnTransfer', { transfer: 'T-1', reason: 'x'.repeat(1001) }, /^reason: /],
  ])('%s %j: INVALID_INPUT', (name, inputs, value) => {
    given()
      .when(command(on, name, inputs))
      .refused('INVALID_INPUT', { value });
  });

  it('a closed day takes no half', () => {
    const scene = underWay().and(closeDay('2016-03-01'), closeDay(before), closeDay(on));
    for (const late of [
      sendTransfer(on, { ...toNorth, transfer: 'T-2' }),
      receiveTransfer(on, fromMain),
      declineTransfer(on, fromMain),
      completeTransfer(on, 'T-1'),
      returnTransfer(on, 'T-1'),
    ])
      scene.when(late).refused('DAY_CLOSED');
  });
});

describe('reversal', () => {
  it('there is none: NOT_REVERSIBLE, and what to do instead', () => {
    const scene = underWay().and(
      completeTransfer(on, 'T-1'),
      sendTransfer(on, { ...toNorth, transfer: 'T-2' }),
      returnTransfer(on, 'T-2'),
      receiveTransfer(on, fromMain),
      declineTransfer(on, { ...fromMain, book: 'south' }),
    );
    for (const type of [
      'TransferSent',
      'TransferCompleted',
      'TransferReturned',
      'TransferArrived',
      'TransferDeclined',
    ])
      scene
        .whenOf(type, (revision) => reverse(on, revision))
        .refused('NOT_REVERSIBLE', { value: type, hint: /another transfer/ });
  });
});

describe('in a what-if', () => {
  const poorer = { 'payments.merchantFeeRate': '10%' };
  const sale = pay(on, 'P-0', 'user-1', 'm', '100.00', { method: 'card', escrow: false });
  const fromSale = { ...toNorth, from: 'm', amount: '95.00' };
  const to = '2016-03-31';

  it('a transfer that the wallet can’t bear is skipped, and what follows on it: DEPENDS_ON_SKIPPED', () => {
    for (const end of [completeTransfer(next, 'T-1'), returnTransfer(next, 'T-1')]) {
      const { divergences, balances } = whatIf([sale, sendTransfer(on, fromSale), end], poorer, { to });
      expect(divergences).toEqual([
        [2, 'skip', 'INSUFFICIENT_FUNDS'],
        [3, 'skip', 'DEPENDS_ON_SKIPPED'],
      ]);
      expect(balances['platform:liability:payments:wallet:m:CNY']).toBe('90.00');
      expect(balances['platform:asset:interbook:set-aside:CNY']).toBeUndefined();
    }
  });

  it('one that arrived under the same id is another one', () => {
    const arrival = receiveTransfer(next, { ...fromMain, book: 'north' });
    const { divergences } = whatIf([sale, sendTransfer(on, fromSale), arrival], poorer, { to });
    expect(divergences).toEqual([[2, 'skip', 'INSUFFICIENT_FUNDS']]);
  });

  it('what fits stays as it was', () => {
    const lines = [
      sale,
      sendTransfer(on, { ...fromSale, amount: '10.00' }),
      receiveTransfer(on, fromMain),
      declineTransfer(on, { ...fromMain, book: 'south' }),
      returnTransfer(next, 'T-1'),
    ];
    const { divergences, moot, balances } = whatIf(lines, poorer, { to });
    expect(divergences).toEqual([]);
    expect(moot).toBe(0);
    expect(balances['platform:liability:payments:wallet:m:CNY']).toBe('90.00');
    expect(balances['platform:liability:payments:wallet:user-9:CNY']).toBe('30.00');
  });

  it('refused attempts are tried again, those on a transfer that nobody had sent, too', () => {
    const lines = [
      changePolicy('2016-03-01', 'payments.merchantFeeRate', '50%'),
      sale,
      sendTransfer(on, fromSale),
      completeTransfer(next, 'T-1'),
      completeTransfer(next, 'T-1'),
    ];
    const { divergences, balances } = whatIf(
      lines,
      { 'payments.merchantFeeRate': '0%' },
      { to, refused: 'attempt' },
    );
    expect(divergences).toEqual([
      [3, 'accept', 'INSUFFICIENT_FUNDS'],
      [4, 'accept', 'TRANSFER_UNKNOWN'],
    ]);
    expect(balances['platform:liability:payments:wallet:m:CNY']).toBe('5.00');
    expect(balances['platform:asset:interbook:set-aside:CNY']).toBeUndefined();
  });

  it('money that arrived in the record and not here is missed where it was spent', () => {
    // The wallet lives on what was returned to it.
    const lines = [
      sale,
      sendTransfer(on, fromSale),
      returnTransfer(next, 'T-1'),
      withdraw(next, 'm', '99.40'),
    ];
    const { divergences } = whatIf(lines, poorer, { to });
    expect(divergences.at(-1)).toEqual([4, 'clamp', 'INSUFFICIENT_FUNDS']);
  });
});

describe('state', () => {
  it('those still on their way are found without a look at the others, the earliest day first', () => {
    const scene = funded().and(
      ...['T-3', 'T-1', 'T-2'].map((id) => sendTransfer(next, { ...toNorth, transfer: id, amount: '1.00' })),
      sendTransfer(on, { ...toNorth, transfer: 'T-9', amount: '1.00' }),
      completeTransfer(next, 'T-1'),
      returnTransfer(next, 'T-3'),
    );
    expect([...onTheirWay(scene.book.state)]).toEqual(['T-9', 'T-2']);
  });

  it('rows say what became of it', () => {
    const scene = underWay().and(
      returnTransfer(next, 'T-1', 'no such holder'),
      receiveTransfer(on, fromMain),
    );
    const rows = rowsOf(house, scene.book.state).filter(([table]) => table.startsWith('interbook.'));
    expect(rows).toEqual([
      [
        'interbook.arrived',
        'main/T-1',
        { from: 'user-1', to: 'user-9', minor: 3000n, on: dayOf(on), stage: 'arrived', reason: null },
      ],
      [
        'interbook.sent',
        'T-1',
        {
          from: 'user-1',
          book: 'north',
          to: 'user-9',
          minor: 3000n,
          stage: 'returned',
          reason: 'no such holder',
          on: dayOf(on),
        },
      ],
    ]);
  });

  it('a book without transfers has the digest that it would have in a house without them', () => {
    const without = new House(house.segments.filter(({ id }) => id !== 'interbook' && id !== 'kernel'));
    const facts = [topUp(on, 'user-1', '1.00'), withdraw(on, 'user-1', '0.50')];
    const { state } = given(...facts).book;
    expect(digest(house, state)).toBe(digest(without, book(without).take(...facts).state));
    const withOne = given(...facts, declineTransfer(on, fromMain)).book.state;
    expect(digest(house, withOne)).not.toBe(digest(house, state));
  });

  it('what is set aside is on its way: a rule that breaks it breaks the command', () => {
    const broken = house.segments
      .filter(({ id }) => id !== 'kernel')
      .map((segment) => ({
        ...segment,
        facts: segment.facts.map(
          (type): FactType =>
            type.name === 'TransferCompleted'
              ? {
                  ...type,
                  react: (_event, _s, entry) => {
                    entry.debit(inTransit, 3000n, 'north');
                    entry.credit(reserve, 3000n);
                  },
                }
              : type,
        ),
      }));
    const made = book(new House(broken)).take(topUp(on, 'user-1', '100.00'), sendTransfer(on, toNorth));
    expect(() => made.decide(completeTransfer(on, 'T-1'))).toThrow(
      'interbook: what is set aside is on its way: set aside 30.00 CNY, in transit 0.00 CNY',
    );
  });

  it('its metric is what is on its way at the end of a period', () => {
    const { state } = underWay().and(completeTransfer('2016-04-02', 'T-1')).book;
    const view = new LedgerView(house, state, {
      revision: state.marks.events - 1,
      postings: state.journal.length,
      asOf: undefined,
    });
    const found = metrics(house, view, 'interbook', dayOf('2016-03-01'), dayOf('2016-04-30'), 'MONTH');
    expect(Array.isArray(found) && found.map(({ id, value }) => [id, value])).toEqual([
      ['inTransit', '30.00'],
      ['inTransit', '0.00'],
    ]);
  });
});
