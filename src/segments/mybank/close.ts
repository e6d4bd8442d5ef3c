/**
 * The close of mybank: that of every line that lends.
 *
 * @module
 */
import { lendingClose } from '../../lending/closing/closing.ts';
import { loans } from './loans.ts';

export const { writeOffByAge } = lendingClose(loans);
