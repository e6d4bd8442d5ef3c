/**
 * What segments add to the graph beyond their commands, and what a server runs for them: importing this adds their types to the
 * builder.
 *
 * @module
 */
import '../lending/graphql/arrears.ts';
import '../lending/graphql/funding.ts';
import '../lending/graphql/income.ts';
import '../lending/graphql/schedule.ts';
import '../lending/graphql/schedule-contract.ts';
import './huabei/graphql.ts';
import './interbook/consolidation/graphql.ts';
import './interbook/graphql.ts';
import './jiebei/graphql.ts';
import './mybank/graphql.ts';
import './yuebao/graphql.ts';
import './zhima/graphql.ts';

export { arrearsAt } from '../lending/graphql/arrears.ts';
export { lendingLines } from '../lending/graphql/lines.ts';
export { creditIncomeOf, type IncomeReading } from '../lending/reading/lender.ts';
export { Carrier, type HeldBook } from './interbook/carrying.ts';
export { onTheirWay } from './interbook/state.ts';
