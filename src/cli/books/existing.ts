/**
 * Books that must be there already.
 *
 * @module
 */
import { Refusal } from '../../kernel/values/refusals.ts';
import { bookExists } from '../../log/open.ts';
import { shownStore } from '../../log/port/address.ts';
import { bookUnknown } from '../../reading/codes.ts';
import { exits, Failure } from '../frame/failures.ts';

/**
 * @throws Failure when a store holds no such book
 * @throws LogUnavailable the store can't be reached
 */
export async function checkExists(store: string, book: string, hint?: string): Promise<void> {
  if (await bookExists(store, book)) return;
  throw new Failure(new Refusal(bookUnknown, book, `in ${shownStore(store)}`, hint), exits.input);
}
