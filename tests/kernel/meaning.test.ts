/** The hash of what a command means. Books keep it: it does not change. The digests were worked out by another program. */
import { describe, expect, it } from 'vitest';
import { meaningHash, readCommand } from '../../src/kernel/deciding/meaning.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { house } from '../../src/segments/index.ts';

function hashOf(on: string, command: string, inputs: object): string {
  const read = readCommand(house, { on, command, with: { ...inputs } });
  if (read instanceof Refusal) throw new Error(read.message);
  return meaningHash(read);
}

describe('what a command means', () => {
  it.each([['100.00 CNY'], ['100.0 CNY'], ['100 CNY'], ['0100.00 CNY']])('is the same with %s', (amount) => {
    expect(hashOf('2016-03-01', 'topUp', { amount, holder: 'u1' })).toBe(
      '2:6cd7789153cee11dfacf46ba8cdaed19c9f53f875966608229c89e9a84ed3489',
    );
  });

  it.each([['0.55%'], ['0.550%'], ['55bp']])('is the same with a parameter of %s', (value) => {
    const change = {
      parameter: 'payments.merchantFeeRate[m-1]',
      from: '2016-03-05',
      reason: 'Vertrag – neu',
    };
    expect(hashOf('2016-03-01', 'changePolicy', { value, ...change })).toBe(
      '2:14c21328cd59d13622fa0b4e6abd2933718ed263d39fa272d9b338e270dc8271',
    );
  });
});
