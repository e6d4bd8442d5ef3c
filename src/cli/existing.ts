/**
 * Books that must be there already.
 *
 * @module
 */
import { Refusal } from '../kernel/refusals.ts';
import { shownStore } from '../store/address.ts';
import { bookExists } from '../store/open.ts';
import { exits, Failure } from './failures.ts';

/**
 * @throws Failure when a store holds no such book
 * @throws LogUnavailable the store can't be reached
 */
export async function checkExists(store: string, book: string, hint?: string): Promise<void> {
  if (await bookExists(store, book)) return;
  const { bookUnknown } = await import('../graphql/faults.ts');
  throw new Failure(new Refusal(bookUnknown, book, `in ${shownStore(store)}`, hint), exits.input);
}
