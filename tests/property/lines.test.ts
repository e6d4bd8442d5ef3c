/** What holds of every line of business, over whatever lines there are: each brings an example of its commands. */
import { segments } from '../../src/segments/index.ts';
import { lineTests } from '../support/line.ts';

for (const segment of segments) {
  const { example } = await import(`../../src/segments/${segment.id}/example.ts`);
  lineTests(segment, example);
}
