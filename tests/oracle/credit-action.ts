/** What a line of a history asks for, once its inputs are read. */
import type { State } from './credit-book.ts';
import type { Given } from './credit-parameters.ts';

export type Action = {
  /** the amount that is asked for, as things stand */
  wanted: (state: State, on: string) => bigint;
  /** the first code that applies with this amount */
  code: (state: State, amount: bigint, on: string) => string | undefined;
  perform: (state: State, amount: bigint, on: string, line: number) => void;
  /** in a what-if, of a fact that clamps: the most that it can come to */
  most?: (state: State, amount: bigint, on: string) => bigint;
  /** in a what-if: what it follows on, and what is left out with it */
  follows?: string;
  begins?: string;
  /** in a what-if: the code that says that its effect is there already */
  moot?: string;
  /** of changePolicy */
  given?: Given;
};

/** the inputs that a command has */
export type Inputs = Record<string, unknown>;
