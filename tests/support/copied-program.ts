/**
 * A copy of the program, to be changed: a later version, as far as tests go. It shares the packages of this one.
 *
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
export const node = join(root, 'node_modules/.bin/node');

export class CopiedProgram {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'formicary-copied-'));
    for (const name of ['src', 'bin', 'package.json'])
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** The folder of the rooms. */
  get sources(): string {
    return this.path('src');
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Changes a file's text, or makes the file where it isn't there. */
  write(name: string, change: (text: string) => string): void {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { flag: 'a' });
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`${name} is as it was`);
    writeFileSync(path, after);
  }

  /** Adds a line to a file. */
  append(name: string, line = '// changed'): void {
    this.write(name, (text) => `${text}${line}\n`);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
