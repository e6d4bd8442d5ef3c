/**
 * The header that tells a program, or this server's own page, from a page elsewhere that makes a browser ask: a browser sends none of
 * its own to another site without asking first.
 *
 * @module
 */
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import type { Plugin } from 'graphql-yoga';
import { headerMissing, turnedAway } from './codes.ts';

/** The header that a browser sends only with a request of this server's own page. */
export const csrfHeader = 'x-formicary-csrf';

const prevention = useCSRFPrevention({ requestHeaders: [csrfHeader] });

export const ownHeaderPlugin: Plugin = {
  async onRequestParse(payload) {
    try {
      await prevention.onRequestParse?.(payload);
    } catch {
      const { method, headers } = payload.request;
      throw turnedAway(
        headerMissing,
        `${method}, content-type ${headers.get('content-type') ?? 'none'}`,
        '',
        403,
      );
    }
  },
};
