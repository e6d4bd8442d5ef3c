/**
 * mybank in the graph: its loans and advances, among those of every line that lends.
 *
 * @module
 */
import { addLine } from '../../lending/graphql/lines.ts';
import { addLoans } from '../../lending/graphql/loan.ts';
import { advanceSettled } from './advances.ts';
import { loans } from './loans.ts';
import { pledgeSold } from './pledges.ts';
import { lender, limits, prices } from './policy.ts';

addLine({ lender, table: loans.table, fees: [], limits, prices });
addLoans(loans, [advanceSettled.name, pledgeSold.name]);
