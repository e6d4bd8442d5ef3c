/**
 * Addresses of stores: where books are kept.
 *
 * @module
 */
import { isId } from '../../kernel/values/fields.ts';

/** A store's address, taken apart. */
export type Address =
  /** A file a book in a folder. */
  | { readonly kind: 'sqlite'; readonly folder: string }
  /** Ends with the process. */
  | { readonly kind: 'memory' }
  /** A stream a book in EventStoreDB or KurrentDB; the address is as the client takes it. */
  | { readonly kind: 'eventstoredb'; readonly url: string };

/** What an address may look like, in words. */
export const addressForms = 'sqlite:DIR, memory:, esdb://HOST… or esdb+discover://HOST…';

/** The address of a text, or undefined when it is none. */
export function parseAddress(storeUrl: string): Address | undefined {
  if (storeUrl === 'memory:') return { kind: 'memory' };
  const folder = /^sqlite:(.+)$/.exec(storeUrl)?.[1];
  if (folder !== undefined) return { kind: 'sqlite', folder };
  return /^esdb(\+discover)?:\/\/[^/?]/.test(storeUrl) ? { kind: 'eventstoredb', url: storeUrl } : undefined;
}

/** An address that no engine takes. */
export class AddressRefused extends RangeError {
  constructor(storeUrl: string, why: string) {
    super(`no such store: ${shownStore(storeUrl)}; ${why}`);
    this.name = 'AddressRefused';
  }
}

/**
 * The address of a text.
 *
 * @throws AddressRefused it is none
 */
export function addressOf(storeUrl: string): Address {
  const address = parseAddress(storeUrl);
  if (address === undefined) throw new AddressRefused(storeUrl, `a store is ${addressForms}`);
  return address;
}

/** An address as it may be shown and logged: without a password. */
export const shownStore = (storeUrl: string): string => storeUrl.replace(/\/\/[^@/]*@/, '//***@');

/** @throws RangeError it is not the id of a book */
export function checkBook(book: string): void {
  if (!isId(book)) throw new RangeError(`not the id of a book: ${book}; an id matches [A-Za-z0-9._-]{1,64}`);
}
