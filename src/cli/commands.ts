/**
 * The commands of the program, in the order of its help.
 *
 * @module
 */
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { copyCommand } from './copy.ts';
import { eventsCommand } from './events.ts';
import { explainCommand } from './explain.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { parametersCommand } from './parameters.ts';
import { rebuildCommand } from './rebuild.ts';
import { reportCommand } from './report.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import type { CommandSpec } from './spec.ts';

export const commands: readonly CommandSpec[] = [
  serveCommand,
  runCommand,
  importCommand,
  eventsCommand,
  reportCommand,
  auditCommand,
  explainCommand,
  exportCommand,
  parametersCommand,
  rebuildCommand,
  copyCommand,
  backupCommand,
];
