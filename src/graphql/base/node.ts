/**
 * Nodes: whatever has an id of its own in a book, asked for by it.
 *
 * @module
 */
import type { LedgerPoint } from '../../reading/point.ts';
import { builder } from './builder.ts';

/** Something with an id, at a point. */
export interface NodeRead {
  /** What it is, and its id: `payment/P-1042`. */
  readonly nodeId: string;
  /** The name of its type in the graph. */
  readonly type: string;
  readonly point: LedgerPoint;
}

/** What has an id of its own. */
export const NodeRef = builder.interfaceRef<NodeRead>('Node').implement({
  description:
    'A thing with an id of its own in a book: what events are about, and who has accounts. Query.node asks for it at any point.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    nodeId: t.exposeID('nodeId', { description: 'What it is, and its id: payment/P-1042.' }),
  }),
});

/** How things of a kind are found, by what stands behind the slash of an id; nothing where there is none at the point. */
type Finder = (
  point: LedgerPoint,
  id: string,
  signal: AbortSignal,
) => NodeRead | undefined | null | Promise<NodeRead | undefined | null>;

const finders = new Map<string, Finder>();

/** Says how nodes are found whose ids begin with a prefix and a slash. */
export function addFinder(prefix: string, find: Finder): void {
  if (finders.has(prefix)) throw new Error(`two kinds of nodes have ids that begin with ${prefix}/`);
  finders.set(prefix, find);
}

/** The node of an id; null where there is none at the point, or nothing has such ids. */
export async function nodeOf(
  point: LedgerPoint,
  nodeId: string,
  signal: AbortSignal,
): Promise<NodeRead | null> {
  const slash = nodeId.indexOf('/');
  return (await finders.get(nodeId.slice(0, slash))?.(point, nodeId.slice(slash + 1), signal)) ?? null;
}
