/**
 * Accounts of huabei beyond those of every line that lends: what merchants and instalments bring.
 *
 * @module
 */
import { accountKind } from '../../kernel/contract/account.ts';

const line = 'CreditTech';

export const merchantFee = accountKind('huabei:income:huabei:merchant-fee', {
  doc: 'A share of each payment on credit.',
  reportingLine: line,
  nature: 'financial',
});

export const instalmentFee = accountKind('huabei:income:huabei:instalment-fee', {
  doc: 'Fees of instalment plans, when they are paid.',
  reportingLine: line,
  nature: 'financial',
});

export const accounts = [merchantFee, instalmentFee];
