/**
 * Metrics in Prometheus' text format. All but the durations of requests is looked up when somebody asks: what is measured pays
 * nothing for it.
 *
 * @module
 */
import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { secondsAhead } from '../book/clock.ts';
import type { RunStatus } from '../scenario/holding/runs.ts';
import type { Books, Held } from './books/books.ts';
import type { OpenLibrary } from './books/library.ts';
import type { ServerWhatIfs } from './runs/index.ts';

/** Most books that have figures of their own, those used last: each is a series that whoever scrapes keeps for long. */
export const booksLabelledMax = 64;

/** Bounds of the classes of durations, in seconds: from one look-up to the time at which a query is given up. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const runStatuses: readonly RunStatus[] = ['queued', 'running', 'done', 'failed'];

/** What is measured. */
export interface Measured {
  readonly books: Books;
  readonly library: OpenLibrary;
  readonly whatIfs: ServerWhatIfs;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A figure, and what it is of. */
type Sample = readonly [labels: { readonly [label: string]: string }, value: number];

export class Metrics {
  readonly #registry = new Registry();
  readonly #durations: Histogram<'kind'>;

  constructor({ books, library, whatIfs, now }: Measured) {
    this.#durations = new Histogram({
      name: 'formicary_request_duration_seconds',
      help: 'How long operations took, by kind: query, mutation, subscription (until its stream began).',
      labelNames: ['kind'],
      buckets: durationBuckets,
      registers: [this.#registry],
    });
    this.#ofBooks(books, now);
    this.#ofCommands(books);
    this.#gauge('formicary_streams_open', 'Event streams that are open.', [], () => [
      [{}, library.open.streams],
    ]);
    this.#gauge('formicary_sandboxes_open', 'Sandboxes that are open.', [], () => [
      [{}, library.open.sandboxes],
    ]);
    this.#gauge('formicary_runs', 'Runs that are kept, by status.', ['status'], () =>
      runStatuses.map((status) => [
        { status },
        whatIfs.jobs.all.filter(({ progress }) => progress.status === status).length,
      ]),
    );
    this.#gauge('formicary_runs_bytes', 'Memory that runs which are done hold together.', [], () => [
      [{}, whatIfs.heldBytes],
    ]);
  }

  /** What stands in the header of an answer. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Every metric of this server and of its process. */
  async text(): Promise<string> {
    return await Registry.merge([this.#registry, processMetrics()]).metrics();
  }

  /** Measures how long operations take. */
  get plugin(): Plugin {
    const begin = (kind: string | undefined): (() => void) => {
      const end = this.#durations.startTimer({ kind: kind ?? 'unknown' });
      return () => void end();
    };
    return {
      onExecute: ({ args }) => ({
        onExecuteDone: begin(getOperationAST(args.document, args.operationName)?.operation),
      }),
      onSubscribe: () => ({ onSubscribeResult: begin('subscription') }),
    };
  }

  #ofBooks(books: Books, now: () => number): void {
    const labelled = (): readonly Held[] => books.held.slice(-booksLabelledMax);
    this.#ofClock(labelled, now);
    this.#gauge('formicary_books_open', 'Books that are in memory.', [], () => [[{}, books.held.length]]);
    this.#gauge(
      'formicary_books_bytes',
      'Memory that open books take together, by their numbers of events and postings.',
      [],
      () => [[{}, books.bytes]],
    );
    this.#gauge(
      'formicary_books_not_followed',
      'Open books in which what others append is not seen at the moment: their logs can’t be followed.',
      [],
      () => [[{}, books.held.filter(({ followed }) => !followed).length]],
    );
    this.#gauge(
      'formicary_books_broken',
      'Books whose logs or snapshots are not as they were written: they take no commands.',
      [],
      () => [[{}, books.broken.size]],
    );
    this.#gauge('formicary_book_revision', 'Revision of an open book’s newest event.', ['book'], () =>
      labelled().map(({ book }) => [{ book: book.id }, book.head.revision]),
    );
    this.#gauge(
      'formicary_book_progress_age_seconds',
      'Time since an open book last moved on, by its own appends or by others’, or was opened.',
      ['book'],
      () =>
        labelled().map(({ book, progressAt }) => [{ book: book.id }, Math.max(0, now() - progressAt) / 1000]),
    );
  }

  #ofClock(books: () => readonly Held[], now: () => number): void {
    this.#gauge(
      'formicary_book_recorded_ahead_seconds',
      'How far the time of an open book’s newest event lies ahead of this server’s clock; 0 where it does not.',
      ['book'],
      () => books().map(({ book }) => [{ book: book.id }, secondsAhead(book.head.recordedAt, now())]),
    );
  }

  #ofCommands(books: Books): void {
    this.#counter(
      'formicary_commands_answered_total',
      'Commands to books, by what became of them: accepted, repeated, or refused with a code.',
      ['answer', 'code'],
      () =>
        [...books.answers].map(([key, count]) => [
          key === 'accepted' || key === 'repeated'
            ? { answer: key, code: '' }
            : { answer: 'refused', code: key },
          count,
        ]),
    );
    const counted = (name: string, help: string, count: (counts: Books['counts']) => number): void =>
      this.#counter(name, help, [], () => [[{}, count(books.counts)]]);
    counted('formicary_appends_total', 'Batches appended.', ({ batches }) => batches);
    counted('formicary_events_appended_total', 'Events appended.', ({ events }) => events);
    counted(
      'formicary_append_conflicts_total',
      'Batches that were decided again since somebody else had appended first.',
      ({ conflicts }) => conflicts,
    );
    counted(
      'formicary_append_outcomes_unknown_total',
      'Appends of which it was not known at first whether they had been written.',
      ({ unknownOutcomes }) => unknownOutcomes,
    );
    counted(
      'formicary_events_followed_total',
      'Events folded that others had appended.',
      ({ followed }) => followed,
    );
  }

  #gauge(name: string, help: string, labelNames: readonly string[], read: () => readonly Sample[]): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }

  #counter(name: string, help: string, labelNames: readonly string[], read: () => readonly Sample[]): void {
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.inc(labels, value);
      },
    });
  }
}

let ofProcess: Registry | undefined;

/** What the process is measured by, once for all servers in it: its observers can't be taken down again. */
function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}
