/** A later version of the program, as far as its rules go: the house with one rule of the close altered. */

import { House } from '../../src/kernel/engine/house.ts';
import { segments } from '../../src/segments/index.ts';
import { altering } from './altering.ts';

/** The rule is left out, or its amounts are multiplied. */
export const altered = (name: string, times: bigint | undefined): House =>
  new House(
    segments.map((segment) => ({
      ...segment,
      close: segment.close.flatMap((rule) => {
        if (rule.name !== name) return [rule];
        if (times === undefined) return [];
        const derive: typeof rule.derive = (item, s, entry) =>
          rule.derive(
            item,
            s,
            altering(entry, (_, minor) => minor * times),
          );
        return [{ ...rule, derive }];
      }),
    })),
  );
