/**
 * A diary of commands: what is written down on each day, under a key of its own, and what is put off until a later day.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { type Day, formatDay } from '../../src/kernel/values/dates.ts';
import { formatMoney } from '../../src/kernel/values/money.ts';

export class Diary {
  day: Day;
  #lines: Command[] = [];
  readonly #times = new Map<string, number>();
  readonly #tasks = new Map<Day, (() => void)[]>();

  constructor(firstDay: Day) {
    this.day = firstDay;
  }

  get on(): string {
    return formatDay(this.day);
  }

  get dateOfMonth(): number {
    return Number(this.on.slice(8));
  }

  get isMonday(): boolean {
    return new Date(`${this.on}T00:00:00Z`).getUTCDay() === 1;
  }

  /** Writes a command down, under a key made of day, command and what it is about. */
  add(command: string, about: string, inputs: Command['with']): void {
    this.addKeyed(`${this.on}/${command}/${about}`, command, inputs);
  }

  /** Writes a command down under a key; where the key was used before, its number of times comes after it. */
  addKeyed(name: string, command: string, inputs: Command['with']): void {
    const times = (this.#times.get(name) ?? 0) + 1;
    this.#times.set(name, times);
    this.#lines.push({ on: this.on, command, with: inputs, key: times === 1 ? name : `${name}/${times}` });
  }

  /** Whether a key was used. */
  has(name: string): boolean {
    return this.#times.has(name);
  }

  /** Puts something off for some days; for none, it is done at once. */
  later(days: number, task: () => void): void {
    if (days <= 0) {
      task();
      return;
    }
    const day = this.day + days;
    const others = this.#tasks.get(day);
    if (others === undefined) this.#tasks.set(day, [task]);
    else others.push(task);
  }

  /** Does what was put off until today. */
  doTasks(): void {
    for (const task of this.#tasks.get(this.day) ?? []) task();
    this.#tasks.delete(this.day);
  }

  /** Hands over what was written down since the last time. */
  take(): readonly Command[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}

export const money = (fen: number): string => formatMoney(BigInt(fen), 'CNY');
export const yuan = (amount: number): string => money(amount * 100);
