/**
 * Accounts of huabei beyond those of every line that lends: what merchants and instalments bring.
 *
 * @module
 */
import { line } from './line.ts';

const reportingLine = 'CreditTech';

export const merchantFee = line.account('huabei:income:huabei:merchant-fee', {
  doc: 'A share of each payment on credit.',
  reportingLine,
  nature: 'financial',
});

export const instalmentFee = line.account('huabei:income:huabei:instalment-fee', {
  doc: 'Fees of instalment plans, when they are paid.',
  reportingLine,
  nature: 'financial',
});
