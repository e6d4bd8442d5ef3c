/**
 * The commands of the program, in the order of its help.
 *
 * @module
 */
import { auditCommand } from './books/audit.ts';
import { backupCommand } from './books/backup.ts';
import { copyCommand } from './books/copy.ts';
import { rebuildCommand } from './books/rebuild.ts';
import type { CommandSpec } from './frame/spec.ts';
import { importCommand } from './importing/import.ts';
import { newCommand } from './making/new-segment.ts';
import { runCommand } from './runs/run.ts';
import { serveCommand } from './serve.ts';
import { eventsCommand } from './showing/events.ts';
import { explainCommand } from './showing/explain.ts';
import { exportCommand } from './showing/export.ts';
import { parametersCommand } from './showing/parameters.ts';
import { reportCommand } from './showing/report.ts';

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
  newCommand,
];
