/**
 * The books of a line that lends: accounts of its lending company, of its partner banks and of its securitisation vehicle.
 *
 * @module
 */

import { type AccountKind, borrow } from '../../kernel/contract/account.ts';
import { recordOf } from '../../kernel/contract/parameter-types.ts';
import type { Line } from '../../kernel/contract/segment.ts';
import { type Bucket, buckets } from './buckets.ts';
import { lendingShort } from './codes.ts';

const reportingLine = 'CreditTech';

export const wallet = borrow('platform:liability:payments:wallet');
export const reserve = borrow('platform:asset:payments:reserve');
export const platformCash = borrow('platform:asset:treasury:own-cash');

/** What borrowers owe to one entity: principal by bucket of arrears, and interest. */
export interface PartBooks {
  readonly principal: Readonly<Record<Bucket, AccountKind>>;
  readonly interest: AccountKind;
  readonly interestIncome: AccountKind;
}

/** Accounts of a lending company. */
export interface OwnBooks extends PartBooks {
  readonly cash: AccountKind;
  readonly lateFees: AccountKind;
  readonly retained: AccountKind;
  readonly allowance: AccountKind;
  readonly capital: AccountKind;
  readonly lateFeeIncome: AccountKind;
  readonly serviceFeeIncome: AccountKind;
  readonly retainedIncome: AccountKind;
  readonly provision: AccountKind;
  readonly fundingCost: AccountKind;
  readonly retainedLoss: AccountKind;
}

/** Accounts of partner banks. */
export interface PartnerBooks extends PartBooks {
  readonly funds: AccountKind;
  readonly serviceFee: AccountKind;
  readonly creditLoss: AccountKind;
}

/** Accounts of the vehicle. */
export interface VehicleBooks extends PartBooks {
  readonly cash: AccountKind;
  readonly senior: AccountKind;
  readonly subordinated: AccountKind;
  readonly writeDown: AccountKind;
  readonly serviceFee: AccountKind;
  readonly seniorInterest: AccountKind;
  readonly excess: AccountKind;
  readonly creditLoss: AccountKind;
}

/** All accounts of a line. */
export interface Books {
  readonly own: OwnBooks;
  readonly partner: PartnerBooks;
  readonly vehicle: VehicleBooks;
  /** What the lending company has borrowed, by source. */
  readonly sources: readonly { readonly name: string; readonly kind: AccountKind }[];
  readonly technologyFee: AccountKind;
}

const whose = { own: 'The lending company', partner: 'Partner banks', vehicle: 'The vehicle' } as const;

function partBooks(line: Line, part: keyof typeof whose, entity: string): PartBooks {
  const segment = line.id;
  return {
    principal: recordOf(buckets, (bucket) =>
      line.account(`${entity}:asset:${segment}:principal-${bucket}`, {
        doc: `${whose[part]}: principal of borrowers ${bucket === 'current' ? 'with nothing overdue' : `${bucket} days past due`}.`,
        perHolder: true,
        floor: lendingShort,
      }),
    ),
    interest: line.account(`${entity}:asset:${segment}:interest`, {
      doc: `${whose[part]}: interest accrued and not paid.`,
    }),
    interestIncome: line.account(`${entity}:income:${segment}:interest`, {
      doc: `${whose[part]}: interest accrued on its part.`,
      ...(part === 'own' ? { reportingLine, nature: 'financial' } : {}),
    }),
  };
}

/** Declares the accounts of a line: its id is also the entity of its lending company. */
export function lendingBooks(line: Line, sources: readonly string[]): Books {
  const { id } = line;
  for (const { path } of [wallet, reserve, platformCash]) line.uses(path);
  const kind = (path: string, doc: string, spec: { perHolder?: true; floor?: true } = {}): AccountKind =>
    line.account(path, {
      doc,
      ...(spec.perHolder === true ? { perHolder: true } : {}),
      ...(spec.floor === true ? { floor: lendingShort } : {}),
    });
  const income = (name: string, doc: string, nature: 'technology' | 'financial'): AccountKind =>
    line.account(`${id}:income:${id}:${name}`, { doc, reportingLine, nature });
  const own: OwnBooks = {
    ...partBooks(line, 'own', id),
    cash: kind(`${id}:asset:${id}:cash`, 'Own money; a close borrows what is missing.'),
    lateFees: kind(`${id}:asset:${id}:late-fees`, 'Late fees accrued and not paid.'),
    retained: kind(
      `${id}:asset:${id}:retained`,
      'Subordinated notes of a pool, which the lending company keeps.',
      {
        perHolder: true,
        floor: true,
      },
    ),
    allowance: kind(`${id}:liability:${id}:allowance`, 'Provision for losses of the own part.'),
    capital: kind(`${id}:equity:${id}:capital`, 'What owners paid in.'),
    lateFeeIncome: income('late-fee', 'Late fees, by day.', 'financial'),
    serviceFeeIncome: income('service-fee', 'For servicing what the vehicle holds.', 'technology'),
    retainedIncome: income('retained-income', 'What is left to the subordinated notes.', 'financial'),
    provision: kind(`${id}:expense:${id}:provision`, 'Provisions for losses, less recoveries.'),
    fundingCost: kind(`${id}:expense:${id}:funding-cost`, 'Interest on what is borrowed.'),
    retainedLoss: kind(`${id}:expense:${id}:retained-loss`, 'Subordinated notes written down.'),
  };
  const partner: PartnerBooks = {
    ...partBooks(line, 'partner', 'partner'),
    funds: kind(`partner:liability:${id}:funds`, 'What a bank has put in and not got back.', {
      perHolder: true,
    }),
    serviceFee: kind(`partner:expense:${id}:service-fee`, 'The platform’s fee on interest.'),
    creditLoss: kind(`partner:expense:${id}:credit-loss`, 'Written off, less recoveries.'),
  };
  const vehicle: VehicleBooks = {
    ...partBooks(line, 'vehicle', 'vehicle'),
    cash: kind(`vehicle:asset:${id}:cash`, 'Collections of a pool until the month’s settlement.', {
      perHolder: true,
      floor: true,
    }),
    senior: kind(`vehicle:liability:${id}:senior`, 'Senior notes of a pool.', {
      perHolder: true,
      floor: true,
    }),
    subordinated: kind(`vehicle:liability:${id}:subordinated`, 'Subordinated notes of a pool.', {
      perHolder: true,
      floor: true,
    }),
    writeDown: kind(`vehicle:income:${id}:write-down`, 'Notes written down.'),
    serviceFee: kind(`vehicle:expense:${id}:service-fee`, 'For servicing.'),
    seniorInterest: kind(`vehicle:expense:${id}:senior-interest`, 'Interest on senior notes.'),
    excess: kind(`vehicle:expense:${id}:excess`, 'What was left to the subordinated notes.'),
    creditLoss: kind(`vehicle:expense:${id}:credit-loss`, 'Written off, less recoveries.'),
  };
  const funding = sources.map((name) => ({
    name,
    kind: kind(`${id}:liability:${id}:${name}`, `What is borrowed: ${name}.`, { floor: true }),
  }));
  const technologyFee = line.account(`platform:income:${id}:technology-service`, {
    doc: 'Partner banks’ fee for lending together.',
    reportingLine,
    nature: 'technology',
  });
  return {
    own,
    partner,
    vehicle,
    sources: funding,
    technologyFee,
  };
}
