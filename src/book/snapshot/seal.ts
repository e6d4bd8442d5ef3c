/**
 * Seals: an HMAC-SHA-256 with a secret that is not in the store. Who can write the store's files can write anything but a seal.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is sealed with: at least {@link secretBytesMin} bytes. */
export type Secret = Uint8Array;

/** Fewest bytes of a secret: as many as the hash has, so that guessing it is no easier than guessing a seal. */
export const secretBytesMin = 32;

/** What stands in the place of a seal where there is none. */
const unsealed = '-';

/** The seal of a text, in hexadecimal digits; without a secret, the sign for none. */
export const sealOf = (text: string, secret: Secret | undefined): string =>
  secret === undefined ? unsealed : createHmac('sha256', secret).update(text).digest('hex');

/** Whether a text bears a seal of the secret: none where nobody sealed it, or where there is no secret to hold it against. */
export function sealState(
  text: string,
  seal: string,
  secret: Secret | undefined,
): 'right' | 'wrong' | 'none' {
  if (secret === undefined || seal === unsealed) return 'none';
  const right = Buffer.from(sealOf(text, secret));
  const given = Buffer.from(seal);
  return right.length === given.length && timingSafeEqual(right, given) ? 'right' : 'wrong';
}
