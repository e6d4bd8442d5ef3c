/**
 * Kinds of accounts, which fix entity, class, segment and name; and the sides of an entry.
 *
 * @module
 */
import type { Code } from '../values/refusals.ts';

export const accountClasses = ['asset', 'liability', 'equity', 'income', 'expense'] as const;

export type AccountClass = (typeof accountClasses)[number];

/** The five lines that the group reports by. */
export const reportingLines = [
  'digital payment and merchant services',
  'CreditTech',
  'InvestmentTech',
  'InsureTech',
  'innovation and other',
] as const;

export type ReportingLine = (typeof reportingLines)[number];

/** What an account of a kind is, and what must hold for it. */
export interface AccountKindSpec {
  readonly doc: string;
  /** Each holder has an account of this kind of his own. */
  readonly perHolder?: boolean;
  /** The account may never show less than zero on its normal side, on any date; the code says what it means when it would. */
  readonly floor?: Code;
  /**
   * Its place in the backing of customers' money: a `reserve` backs, a `claim` is backed. The house sees to it that an entity's reserves
   * are its claims, with what a line says of its own in them (`line.lies`).
   */
  readonly backing?: 'reserve' | 'claim';
  /** The line that the group reports an income under. */
  readonly reportingLine?: ReportingLine;
  /** Whether an income is for technology service or financial (interest, spread). */
  readonly nature?: 'technology' | 'financial';
}

/** A kind of account: `platform:liability:payments:wallet`. */
export interface AccountKind extends AccountKindSpec {
  /** Numbers the kinds in the order in which they were declared; an index for arrays, never written down. */
  readonly ordinal: number;
  readonly path: string;
  readonly entity: string;
  readonly class: AccountClass;
  readonly segment: string;
  readonly name: string;
  /** +1 where debits make it larger (asset, expense), -1 where credits do. */
  readonly side: 1n | -1n;
}

const ordinals = new Map<string, number>();

function kindOf(path: string, spec: AccountKindSpec): AccountKind {
  const [entity = '', said = '', segment = '', name = ''] = path.split(':');
  const found = accountClasses.find((other) => other === said);
  if (!found || name === '') throw new Error(`not the path of an account kind: ${path}`);
  const side = found === 'asset' || found === 'expense' ? 1n : -1n;
  const ordinal = ordinals.get(path) ?? ordinals.size;
  ordinals.set(path, ordinal);
  return { ...spec, ordinal, path, entity, class: found, segment, name, side };
}

/**
 * Declares a kind of account by its path, `entity:class:segment:name`.
 *
 * @example const wallet = accountKind('platform:liability:payments:wallet', { doc: 'what a customer may claim', perHolder: true })
 */
export const accountKind = (path: string, spec: AccountKindSpec): AccountKind => kindOf(path, spec);

/**
 * A kind that another segment declares, used by its path: how money crosses from line to line. That somebody declares it is
 * checked when a house is put together.
 */
export const borrow = (path: string): AccountKind => kindOf(path, { doc: 'declared by another segment' });

/** `entity:class:segment:name[:holder]:currency`. */
export const accountId = (kind: AccountKind, holder: string, currency: string): string =>
  holder === '' ? `${kind.path}:${currency}` : `${kind.path}:${holder}:${currency}`;
