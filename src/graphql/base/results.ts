/**
 * What a command is answered with: done, or why not. Both are data.
 *
 * @module
 */
import { codes, declaredCodes, type Refusal } from '../../kernel/values/refusals.ts';
import { builder } from './builder.ts';

/** What all refusals have in common. */
export const RefusalRef = builder.interfaceRef<Refusal>('Refusal').implement({
  resolveType: (refusal) => refusalKind(refusal),
  description:
    'Why something was not done: nothing was recorded. `... on Refusal { code message hint }` asks for every kind of it.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'One of a closed set, for programs: INSUFFICIENT_FUNDS. docs/errors.md lists them.',
    }),
    message: t.exposeString('message', { description: 'A sentence for people, with the offending value.' }),
    value: t.exposeString('value', { description: 'The offending value.' }),
    hint: t.string({
      nullable: true,
      description: 'What to do about it.',
      resolve: ({ hint }) => (hint === '' ? null : hint),
    }),
  }),
});

/** Adds the codes of refusals as an enum: to be called when every one of them is declared. */
export function addReasons(): void {
  const known = declaredCodes().filter(({ stage }) => stage !== 'file');
  const Reason = builder.enumType('RefusalReason', {
    description: 'Why something was not done. What there is to do about each: docs/errors.md.',
    values: Object.fromEntries(
      known.map(({ code, meaning }) => [code, { value: code, description: meaning }]),
    ) as Record<string, { value: string; description: string }>,
  });
  builder.interfaceField(RefusalRef, 'reason', (t) =>
    t.field({
      type: Reason,
      description: 'The code, as one of a closed set.',
      resolve: ({ code }) => code,
    }),
  );
}

/** The kinds of refusals, by what the sender can do about them. */
export const refusalKinds = ['InvalidInput', 'Rejected', 'Conflict', 'NotFound', 'Unavailable'] as const;
/** One of {@link refusalKinds}. */
export type RefusalKind = (typeof refusalKinds)[number];

const kindDocs: Readonly<Record<RefusalKind, string>> = {
  InvalidInput: 'An input is not as it must be. The same input will never do.',
  Rejected:
    'A business rule said no: funds, limits, caps, life cycle, closed days. It may do at another time.',
  Conflict: 'The idempotency key was used for another input.',
  NotFound: 'What the input names is not there.',
  Unavailable:
    'Not now: the book takes no commands at the moment, or a limit is reached. Send it again, with the same key.',
};

/** The types of refusals, by kind. */
export const refusalTypes = refusalKinds.map((kind) =>
  builder.objectRef<Refusal>(kind).implement({ description: kindDocs[kind], interfaces: [RefusalRef] }),
);

const unavailableCodes: ReadonlySet<string> = new Set(
  [codes.unavailable, codes.bookSettling, codes.tooMany, codes.logUnreadable].map(({ code }) => code),
);

/** Which kind of refusal a code is. */
export function refusalKind({ code, spec: { stage } }: Refusal): RefusalKind {
  if (code === codes.keyReused.code) return 'Conflict';
  if (unavailableCodes.has(code)) return 'Unavailable';
  // UNKNOWN_FUND names a word of the input; PAYMENT_UNKNOWN a thing of the book.
  // Codes between that of inputs and those of dates say what is wrong with an input by itself: a term, a value that is missing.
  const ofInputs = stage === 'input' || stage === 'value';
  if (ofInputs || code.startsWith('UNKNOWN_') || code.endsWith('_MISTAKEN')) return 'InvalidInput';
  if (code.endsWith('_UNKNOWN')) return 'NotFound';
  return 'Rejected';
}
