/**
 * A house of two toy lines of business, for tests of the kernel: a till, which takes money and keeps rows, and an arcade, which
 * answers the till's facts. What the rules of the close do is said when the house is made.
 *
 * @module
 */
import { accountKind } from '../../src/kernel/contract/account.ts';
import { type DerivedType, derived, fact } from '../../src/kernel/contract/fact.ts';
import { answer } from '../../src/kernel/contract/listener.ts';
import { parameter } from '../../src/kernel/contract/parameter.ts';
import { rateType } from '../../src/kernel/contract/parameter-types.ts';
import type { Reading } from '../../src/kernel/contract/reading.ts';
import { type CloseRule, closeRule, draft, type Phase } from '../../src/kernel/contract/rule.ts';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { amount, choice, count, id, text } from '../../src/kernel/values/fields.ts';
import { share } from '../../src/kernel/values/rates.ts';
import { declareCode, Refusal } from '../../src/kernel/values/refusals.ts';
import { anyTable } from './any-table.ts';

export const short = declareCode('TOY_SHORT', 'funds', 'there is not as much', 'Put more in.');
export const unanswered = declareCode(
  'TOY_UNANSWERED',
  'state',
  'nobody answers for it',
  'Ask for something else.',
);
export const tooMany = declareCode('TOY_TOO_MANY', 'funds', 'there are too many guests', 'Wait.');
export const unknownBox = declareCode('TOY_UNKNOWN_BOX', 'name', 'there is no such box', 'Name one: till.');

export const box = accountKind('house:asset:till:box', { doc: 'money', floor: short });
export const guest = accountKind('house:liability:till:guest', {
  doc: 'what guests may claim',
  perHolder: true,
  floor: short,
});
export const tips = accountKind('house:income:till:tips', { doc: 'tips' });
export const tokens = accountKind('house:liability:arcade:tokens', { doc: 'tokens given away' });
export const tokensOut = accountKind('house:expense:arcade:tokens-given', { doc: 'what they cost' });

export const tipRate = parameter('till.tipRate', {
  doc: 'The share of a stake that is a tip.',
  type: rateType('none'),
  keyed: true,
  defaults: [{ value: '10%', source: 'a test' }],
});

export const visits = anyTable<number>('till.visits', 'how often a guest has paid in');
export const notes = anyTable<string>('till.notes', 'what is broken');

export const paidIn = fact('PaidIn', {
  command: 'payIn',
  told: { field: 'box', value: 'till', unknown: unknownBox },
  doc: 'A guest pays in.',
  fields: { box: choice('which', ['till']), guest: id('who'), amount: amount('how much') },
  subject: (data) => `guest/${data.guest}`,
  fits: ({ data }) => (data.guest === 'nobody' ? new Refusal(short, data.guest) : undefined),
  react: ({ data }, s, entry) => {
    const tip = share(data.amount, s.policy(tipRate, data.guest));
    entry.debit(box, data.amount);
    entry.credit(guest, data.amount - tip, data.guest);
    entry.credit(tips, tip);
  },
  evolve: ({ data }, s) => s.set(visits, data.guest, (s.row(visits, data.guest) ?? 0) + 1),
  undo: ({ data }, s) => {
    const left = (s.row(visits, data.guest) ?? 0) - 1;
    if (left === 0) s.delete(visits, data.guest);
    else s.set(visits, data.guest, left);
  },
});

export const paidOut = fact('PaidOut', {
  command: 'payOut',
  doc: 'A guest is paid out.',
  fields: { guest: id('who'), amount: amount('how much'), by: choice('how', ['cash', 'tokens', 'cheque']) },
  subject: (data) => `guest/${data.guest}`,
  role: ({ by }) => (by === 'cash' ? undefined : { role: `by:${by}`, unanswered }),
  fits: ({ data }, s) => s.shortage(guest, data.amount, data.guest),
  react: ({ data }, _, entry) => {
    entry.debit(guest, data.amount, data.guest);
    entry.credit(data.by === 'cash' ? box : tips, data.amount);
  },
  insteadOfUndo: 'Let the guest pay in again.',
});

/** A fact whose rule is at fault, in the way that it says. */
export const broke = fact('Broke', {
  command: 'break',
  doc: 'A rule at fault.',
  fields: { how: choice('how', ['unbalanced', 'overdrawn', 'invariant']) },
  subject: () => 'till',
  react: ({ data }, _, entry) => {
    if (data.how === 'unbalanced') entry.debit(box, 5n);
    if (data.how !== 'overdrawn') return;
    entry.credit(box, 5n);
    entry.debit(tips, 5n);
  },
  evolve: ({ data }, s) => {
    if (data.how === 'invariant') s.set(notes, 'broken', 'yes');
  },
});

const noteCount = (s: Reading): number => {
  let found = 0;
  while (s.row(counted, String(found)) !== undefined) found++;
  return found;
};
/** Notes, numbered in the order in which they were made. */
export const counted = anyTable<string>('till.counted', 'rules of the close, in the order in which they ran');

const ran: DerivedType = derived('RuleRan', {
  doc: 'A rule of the close ran.',
  fields: { rule: text('which'), item: count('on what'), seen: count('how many rules had run before it') },
  subject: () => 'till',
  evolve: ({ data }, s) => s.set(counted, String(noteCount(s)), String(data.rule)),
});

/** A rule of the close that notes that it ran, once for each of its items, and how many had run before. */
export const noting = (name: string, phase: Phase, items = 1): CloseRule =>
  closeRule<number>({
    name,
    doc: 'notes that it ran',
    phase,
    items: () => Array.from({ length: items }, (_, at) => at),
    derive: (item, s) => draft(ran, { rule: name, item, seen: noteCount(s) }),
  });

/** A rule of the close that posts on so many guests' accounts. */
export const giving = (guests: number, minor = 1n): CloseRule =>
  closeRule<'gift'>({
    name: 'till.giving',
    doc: 'gives to guests out of tips',
    phase: 'accruals',
    items: () => ['gift'],
    derive: (_, _s, entry) => {
      entry.debit(tips, minor * BigInt(guests));
      for (let at = 0; at < guests; at++) entry.credit(guest, minor, `guest-${at}`);
      return draft(ran, { rule: 'till.giving', item: 0, seen: 0 });
    },
  });

/** A rule that derives nothing and lists what the box lacks of an amount. */
export const wanting = (minor: bigint): CloseRule =>
  closeRule<never>({
    name: 'till.wanting',
    doc: 'lists what is missing',
    phase: 'settlements',
    items: () => [],
    derive: () => undefined,
    breach: (s) => {
      const there = s.balanceOn(box, s.day);
      return there >= minor
        ? undefined
        : { rule: 'till.wanting', detail: 'the box lacks money', minor: minor - there, currency: 'CNY' };
    },
  });

const nothing = {
  borrows: [],
  parameters: [],
  tables: [],
  facts: [],
  derived: [],
  listeners: [],
  close: [],
  invariants: [],
  metrics: [],
} as const;

/** The till, with rules of its own at the close. */
export const till = (close: readonly CloseRule[] = []): Segment => ({
  ...nothing,
  id: 'till',
  title: 'Till',
  doc: 'Takes money.',
  accounts: [box, guest, tips],
  parameters: [tipRate],
  tables: [visits, notes, counted],
  facts: [paidIn, paidOut, broke],
  derived: [ran],
  close,
  invariants: [
    {
      name: 'nothing is broken',
      broken: (s) => (s.row(notes, 'broken') === undefined ? undefined : 'it is'),
    },
  ],
});

/** The arcade: gives a token with each payment in, to at most so many; and pays out in tokens. */
export const arcade = (guestsMax = 100, close: readonly CloseRule[] = []): Segment => ({
  ...nothing,
  id: 'arcade',
  title: 'Arcade',
  doc: 'Gives tokens away.',
  accounts: [tokens, tokensOut],
  borrows: [box.path],
  close,
  listeners: [
    answer('PaidIn', {
      needs: { guest: id('who'), amount: amount('how much') },
      when: (told) => told.amount >= 100n,
      fits: ({ data }, s) =>
        s.balanceOn(tokens, s.day) >= BigInt(guestsMax) ? new Refusal(tooMany, data.guest) : undefined,
      react: (_told, _s, entry) => {
        entry.debit(tokensOut, 1n);
        entry.credit(tokens, 1n);
      },
    }),
    answer('PaidOut', {
      needs: { guest: id('who'), by: choice('how', ['tokens', 'other']) },
      role: 'by:tokens',
      when: ({ by }) => by === 'tokens',
      react: (_told, _s, entry) => {
        entry.debit(tokensOut, 2n);
        entry.credit(tokens, 2n);
      },
    }),
  ],
});

/** Both, put together. */
export const toyHouse = (
  rules: { readonly till?: readonly CloseRule[]; readonly arcade?: readonly CloseRule[] } = {},
): House => new House([till(rules.till), arcade(100, rules.arcade)]);

/** A segment that declares nothing but what is given. */
export const bare = (segmentId: string, given: Partial<Segment>): Segment => ({
  ...nothing,
  id: segmentId,
  title: segmentId,
  doc: '',
  accounts: [],
  ...given,
});
