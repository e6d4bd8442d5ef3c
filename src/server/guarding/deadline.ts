/**
 * A deadline for queries: what takes too long is given up, and its work told to stop. Commands are never given up: their sender
 * must know what became of them.
 *
 * @module
 */
import { GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Answers a query that takes longer than so many milliseconds with an error. */
export const deadlinePlugin = (msMax: number): Plugin<{ giveUp?: AbortController }> => ({
  onExecute({ args, executeFn, setExecuteFn }) {
    if (getOperationAST(args.document, args.operationName)?.operation !== 'query') return;
    setExecuteFn(async (given) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<{ errors: GraphQLError[] }>((resolve) => {
        timer = setTimeout(() => {
          args.contextValue.giveUp?.abort();
          const message = `The query took more than ${msMax} ms and was given up.`;
          resolve({
            errors: [new GraphQLError(message, { extensions: { code: 'TIMEOUT', http: { status: 503 } } })],
          });
        }, msMax);
      });
      try {
        return await Promise.race([executeFn(given), late]);
      } finally {
        clearTimeout(timer);
      }
    });
  },
});
