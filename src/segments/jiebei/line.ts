/**
 * jiebei: consumer cash loans, paid into the wallet, repaid in instalments with daily interest.
 *
 * @module
 */
import { segment } from '../../kernel/contract/segment.ts';

export const line = segment('jiebei', {
  title: 'Consumer cash loans',
  doc: 'Loans paid into the wallet and repaid in instalments, with daily interest, funded by own money, partner banks and the vehicle.',
});
