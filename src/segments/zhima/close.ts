/**
 * zhima at a day's close: on the score day, scores.
 *
 * @module
 */
import { scoresComputed, scoring } from './scoring.ts';

export const close = [scoring];
export const derivedTypes = [scoresComputed];
