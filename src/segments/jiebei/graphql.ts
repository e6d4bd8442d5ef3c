/**
 * jiebei in the graph: its loans, among those of every line that lends.
 *
 * @module
 */
import { addLine } from '../../lending/graphql/lines.ts';
import { addLoans } from '../../lending/graphql/loan.ts';
import { loans } from './loans.ts';
import { lender, limits, prices } from './policy.ts';

addLine({ lender, table: loans.table, fees: [], limits, prices });
addLoans(loans);
