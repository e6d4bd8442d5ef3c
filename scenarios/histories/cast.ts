/**
 * Who acts in the year: sixty people and eight merchants, each with habits. Amounts are whole yuan.
 *
 * @module
 */
import type { Dice } from './dice.ts';

export type Method = 'wallet' | 'card' | 'yuebao';
export type Role = 'salaried' | 'saver' | 'wealthy' | 'student' | 'freelancer';

export interface Person {
  readonly id: string;
  readonly role: Role;
  /** Money that comes into the wallet on a date of each month. */
  readonly salary: { readonly date: number; readonly yuan: number } | undefined;
  readonly purchasesPerMonth: number;
  readonly methods: readonly (readonly [Method, number])[];
  /** Put into the fund on the first day. */
  readonly savings: number;
  /** Hundredths of the salary that go into the fund each month. */
  readonly saved: number;
  /** What is given to somebody else each month: rent, or an allowance. */
  readonly gives: { readonly to: string; readonly date: number; readonly yuan: number } | undefined;
}

export interface Merchant {
  readonly id: string;
  readonly trade: string;
  /** How often it is chosen, beside the others. */
  readonly weight: number;
  /** Prices, in yuan; small ones are the more common. */
  readonly low: number;
  readonly high: number;
  /** Share of its sales that go through escrow. */
  readonly escrow: number;
  /** Share of its sales of which something comes back. */
  readonly returned: number;
  /** Share of its sales in escrow that nobody confirms. */
  readonly unconfirmed: number;
  /** How many times as often it is chosen on singles' day. */
  readonly singlesDay: number;
  /** On which days it takes its money out, and how much. */
  readonly takesOut: { readonly every: 'week' | 'fortnight' | 'month'; readonly amount: string } | undefined;
}

/** Rates of fees that some have agreed on, in the year. */
export const agreements = [
  { merchant: 'merchant-1', from: '2016-04-01', rate: '0.55%', reason: 'volume agreement with merchant-1' },
] as const;

export const merchants: readonly Merchant[] = [
  {
    id: 'merchant-1',
    trade: 'electronics',
    weight: 12,
    low: 300,
    high: 6800,
    escrow: 0.9,
    returned: 0.06,
    unconfirmed: 0.1,
    singlesDay: 3,
    takesOut: { every: 'week', amount: 'all' },
  },
  {
    id: 'merchant-2',
    trade: 'groceries',
    weight: 30,
    low: 20,
    high: 380,
    escrow: 0,
    returned: 0.01,
    unconfirmed: 0,
    singlesDay: 0.5,
    takesOut: { every: 'week', amount: '90%' },
  },
  {
    id: 'merchant-3',
    trade: 'clothing',
    weight: 20,
    low: 60,
    high: 900,
    escrow: 1,
    returned: 0.22,
    unconfirmed: 0.12,
    singlesDay: 4,
    takesOut: { every: 'week', amount: 'all' },
  },
  {
    id: 'merchant-4',
    trade: 'books',
    weight: 12,
    low: 18,
    high: 160,
    escrow: 1,
    returned: 0.04,
    unconfirmed: 0.18,
    singlesDay: 1,
    takesOut: { every: 'month', amount: '80%' },
  },
  {
    id: 'merchant-5',
    trade: 'restaurant',
    weight: 18,
    low: 25,
    high: 420,
    escrow: 0,
    returned: 0,
    unconfirmed: 0,
    singlesDay: 0.4,
    takesOut: { every: 'fortnight', amount: 'all' },
  },
  {
    id: 'merchant-6',
    trade: 'travel',
    weight: 6,
    low: 400,
    high: 7600,
    escrow: 1,
    returned: 0.1,
    unconfirmed: 0.4,
    singlesDay: 0.3,
    takesOut: { every: 'fortnight', amount: '60%' },
  },
  {
    id: 'merchant-7',
    trade: 'furniture',
    weight: 7,
    low: 180,
    high: 5200,
    escrow: 1,
    returned: 0.09,
    unconfirmed: 0.15,
    singlesDay: 4,
    takesOut: { every: 'fortnight', amount: 'all' },
  },
  // Puts its takings into the fund and takes them out only to buy wood.
  {
    id: 'merchant-8',
    trade: 'woodwork',
    weight: 5,
    low: 90,
    high: 1400,
    escrow: 1,
    returned: 0.03,
    unconfirmed: 0.1,
    singlesDay: 1,
    takesOut: undefined,
  },
];

const ofWallets: Person['methods'] = [
  ['wallet', 58],
  ['card', 27],
  ['yuebao', 15],
];
const ofSavers: Person['methods'] = [
  ['wallet', 20],
  ['card', 15],
  ['yuebao', 65],
];

const ofStudents: Person['methods'] = [
  ['wallet', 85],
  ['card', 15],
];

/** Somebody without habits. */
const nobody = {
  salary: undefined,
  purchasesPerMonth: 0,
  methods: ofWallets,
  savings: 0,
  saved: 0,
  gives: undefined,
};

/** How many of each role there are; ids are given in this order. */
const roles = [
  ['salaried', 22],
  ['saver', 20],
  ['wealthy', 6],
  ['student', 7],
  ['freelancer', 5],
] as const;

/** What the habits of a role are drawn from: whatever a role doesn't say is none. */
type Habits = Partial<Omit<Person, 'id' | 'role'>>;

const habits: Readonly<Record<Role, (d: Dice, date: number, gives: Person['gives']) => Habits>> = {
  salaried: (d, date, gives) => ({
    salary: { date, yuan: d.whole(35, 82) * 100 },
    purchasesPerMonth: 2 + d.real() * 3,
    savings: d.whole(10, 120) * 100,
    saved: d.pick([0, 10, 20]),
    gives,
  }),
  saver: (d, date, gives) => ({
    salary: { date, yuan: d.whole(50, 140) * 100 },
    purchasesPerMonth: 1 + d.real() * 2.4,
    methods: ofSavers,
    savings: d.whole(80, 800) * 100,
    saved: d.pick([30, 40, 50, 60]),
    gives,
  }),
  wealthy: (d) => ({ purchasesPerMonth: 1.5, methods: ofSavers, savings: d.whole(120, 560) * 1000 }),
  student: (d) => ({ purchasesPerMonth: 3 + d.real() * 3, methods: ofStudents }),
  freelancer: (d) => ({ purchasesPerMonth: 1.2, savings: d.whole(10, 60) * 100 }),
};

/** The people of the year, the same for the same dice. */
export function people(d: Dice): readonly Person[] {
  const named: (readonly [string, Role])[] = roles
    .flatMap(([role, count]) => Array.from({ length: count }, () => role))
    .map((role, at) => [`user-${at + 1}`, role]);
  const all = (role: Role) => named.filter(([, other]) => other === role).map(([id]) => id);
  const landlords = all('freelancer');
  const students = all('student');
  return named.map(([id, role], at) => {
    const date = d.pick([5, 10, 15, 25]);
    const rents = role === 'salaried' && d.chance(0.6);
    const child = role === 'saver' && at % 2 === 0 ? students.shift() : undefined;
    const rent = { to: d.pick(landlords), date: Math.min(28, date + 2), yuan: d.whole(12, 32) * 100 };
    const allowance = { date: 1, yuan: d.whole(8, 16) * 100 };
    const gives = rents ? rent : child === undefined ? undefined : { ...allowance, to: child };
    return { ...nobody, id, role, ...habits[role](d, date, gives) };
  });
}
