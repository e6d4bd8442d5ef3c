/**
 * The commands of the program, in the order of its help.
 *
 * @module
 */
import { importCommand } from './import.ts';
import { runCommand } from './run.ts';
import type { CommandSpec } from './spec.ts';

export const commands: readonly CommandSpec[] = [runCommand, importCommand];
