/**
 * The server as a process, as tests run it.
 *
 * @module
 */
import { ended, type Place, parsed } from './program.ts';

/** Starts a server, and waits until it says where. */
export async function served(place: Place, ...args: readonly string[]) {
  const child = place.start(['serve', '--port', '0', '--json', ...args]);
  const end = ended(child);
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', resolve)),
    end.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  const { url } = parsed(line);
  const ask = async (query: string): Promise<unknown> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return await response.json();
  };
  const stop = async (signal: 'SIGINT' | 'SIGTERM') => {
    child.kill(signal);
    return await end;
  };
  return { url: String(url), ask, stop };
}
