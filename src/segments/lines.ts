/**
 * The lines of business, by name: one line here for each. `formicary new segment NAME` says which.
 *
 * @module
 */
export { huabei } from './huabei/index.ts';
export { interbook } from './interbook/index.ts';
export { jiebei } from './jiebei/index.ts';
export { mybank } from './mybank/index.ts';
export { payments } from './payments/index.ts';
export { treasury } from './treasury/index.ts';
export { yuebao } from './yuebao/index.ts';
export { zhima } from './zhima/index.ts';
