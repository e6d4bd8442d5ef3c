/**
 * The thread of a run. It gives way before it loads anything: loading the program is a good part of what a small run takes.
 *
 * @module
 */
import { giveWay } from '../books/give-way.ts';

giveWay();
await import('./working.ts');
