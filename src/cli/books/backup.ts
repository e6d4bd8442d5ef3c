/**
 * `formicary backup`: a copy of a book's file.
 *
 * @module
 */
import { join } from 'node:path';
import { declareCode, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { bookFileEnding } from '../../log/open.ts';
import { parseAddress, shownStore } from '../../log/port/address.ts';
import { backupBook, backupCodes, FileNotWritten } from '../../log/sqlite/backup.ts';
import { cliCodes, type Exit, exits, Failure } from '../frame/failures.ts';
import { grouped, type Progress } from '../frame/progress.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { checkExists } from './existing.ts';

const storeHasNone = declareCode(
  'STORE_HAS_NO_FILE',
  'file',
  'the store keeps no file a book that could be backed up',
  'EventStoreDB and KurrentDB have backups of their own; `formicary copy --from URL --to sqlite:DIR` makes a file of any book.',
);

export const backupCommand: CommandSpec = {
  name: 'backup',
  summary: 'Copies a book’s file while a server writes to it.',
  about: [
    'The file holds all that the book held when the backup began, and nobody who uses the book waits for it. It gets its name when every byte and every hash of it has been verified and it is on the disk; a file of that name is not replaced unless --force is given. The last line is REVISION:HASH, the anchor to audit it by.',
    'The file is a book: as DIR/main.formicary it is the book main of the store sqlite:DIR.',
  ],
  args: [{ name: 'FILE', doc: 'The file to be written.' }],
  options: { force: { doc: 'Replace the file where it is there.' } },
  settings: ['store', 'book'],
  examples: [
    'formicary backup backups/main.formicary',
    'formicary backup backups/north.formicary --book north --force',
  ],
  run: backup,
};

async function backup(call: Call): Promise<Exit> {
  const { settings, out, signal } = call;
  const { store, book } = settings;
  const [file = ''] = call.args;
  const address = parseAddress(store);
  if (address?.kind !== 'sqlite')
    throw new Failure(new Refusal(storeHasNone, shownStore(store)), exits.input);
  await checkExists(store, book);
  const stages = new Map<string, Progress>();
  const made = await backupBook(join(address.folder, `${book}${bookFileEnding}`), file, {
    replace: call.flag('force'),
    signal,
    onProgress: (stage, done, of) => {
      const progress = stages.get(stage) ?? out.progress(`${stage} ${book}`, of, 'events');
      stages.set(stage, progress);
      progress.update(done);
    },
  })
    .catch((error: unknown) => {
      throw told(error);
    })
    .finally(() => {
      for (const progress of stages.values()) progress.end();
    });
  const { revision, hash } = made.head;
  if (out.json) out.document({ book, file, events: revision + 1, bytes: made.bytes, revision, hash });
  else {
    out.line(`${file}: ${grouped(revision + 1)} events of ${book}, ${grouped(made.bytes)} bytes, verified`);
    out.line(`${revision}:${hash}`);
  }
  return exits.done;
}

function told(error: unknown): unknown {
  if (error instanceof FileNotWritten)
    return new Failure(new Refusal(cliCodes.output, error.file, error.message), exits.unreachable);
  if (error instanceof RefusedError && error.refusal.spec === backupCodes.broken)
    return new Failure(error.refusal, exits.no);
  return error;
}
