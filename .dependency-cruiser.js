// The rooms of src/, from the ground up. A room imports itself and what stands before it in this list, unless it is named under
// `apart`: these it must not know of, although they stand below it.
const rooms = [
  'kernel/values',
  'kernel/contract',
  'kernel/state/journal',
  'kernel/state',
  'kernel/engine',
  'kernel/deciding',
  'log/port',
  'log/sqlite',
  'log/eventstoredb',
  'log',
  'book',
  'book/snapshot',
  'reading',
  'reading/desks',
  'graphql/base',
  'graphql/policy',
  'graphql/events',
  'graphql/book',
  'graphql/subjects',
  'graphql/commands',
  'graphql',
  'lending/lender',
  'lending/debt',
  'lending/funding',
  'lending/arrears',
  'lending/schedule',
  'lending/schedule/contract',
  'lending/loans',
  'lending/closing',
  'lending/reading',
  'lending/graphql',
  'segments',
  'templates/segment',
  'scenario/text',
  'scenario/expecting',
  'scenario/format',
  'scenario/editing',
  'scenario/file',
  'scenario/running',
  'scenario/comparing',
  'scenario/holding',
  'scenario/graphql',
  'audit/judging',
  'audit/explaining',
  'audit',
  'audit/graphql',
  'export',
  'server/guarding',
  'server/http',
  'server/books',
  'server/runs',
  'server/playground',
  'server',
  'cli/frame',
  'cli/books',
  'cli/importing',
  'cli/runs',
  'cli/showing',
  'cli/making',
  'cli',
  'cli/printing',
  'console',
];

// What a room must not know of, although it stands below.
const apart = {
  reading: ['log', 'book'],
  graphql: ['log', 'book', 'reading/desks'],
  lending: ['log', 'book', 'reading/desks'],
  segments: ['log', 'book', 'reading/desks'],
  audit: ['scenario'],
  export: ['graphql', 'lending', 'scenario', 'audit'],
};

// But for these, which hold what is read to what it is read from.
const stands = new Set(['reading/desks']);

const pathOf = (room) => `^src/${room}/`;
/** A room without the rooms inside it. */
const only = (room) => ({
  path: pathOf(room),
  pathNot: rooms.filter((other) => other.startsWith(`${room}/`)).map(pathOf),
});

const direction = rooms.map((room, at) => {
  const shut = Object.entries(apart)
    .filter(([name]) => room === name || (room.startsWith(`${name}/`) && !stands.has(room)))
    .flatMap(([, names]) => names);
  const below = rooms
    .slice(0, at + 1)
    .filter((other) => !shut.some((name) => other === name || other.startsWith(`${name}/`)));
  return {
    name: `${room.replaceAll('/', '-')}-imports-only-what-is-below`,
    comment: `${room} stands on ${below.slice(0, -1).join(', ') || 'nothing'}.`,
    severity: 'error',
    from: only(room),
    to: {
      path: '^src/',
      pathNot: below.map(
        (other) => `${pathOf(other)}${rooms.some((r) => r.startsWith(`${other}/`)) ? '[^/]+$' : ''}`,
      ),
    },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...direction,
    {
      name: 'rooms-are-named',
      comment: 'A new folder under src/ gets its place in `rooms` first.',
      severity: 'error',
      from: { path: '^src/', pathNot: rooms.map((room) => `^src/${room}/`) },
      to: {},
    },
    {
      name: 'kernel-does-no-io',
      comment: 'Clocks, ids, disk and network come in from outside; of Node the kernel takes hashing alone.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'kernel-takes-only-decimal',
      comment: 'Of the packages the kernel takes exact decimals alone.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: 'node_modules/', pathNot: 'node_modules/decimal\\.js/' },
    },
    {
      name: 'segments-do-no-io',
      comment: "A segment's rules are pure: a run must not depend on where or when it runs.",
      severity: 'error',
      from: { path: '^src/(segments|lending)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'no-segment-imports-another',
      comment:
        'What a segment needs of another it gets through the kernel: an account kind, a balance, an event type.',
      severity: 'error',
      from: { path: '^src/segments/([^/]+)/' },
      to: { path: '^src/segments/', pathNot: '^src/segments/$1/' },
    },
    {
      name: 'only-the-index-names-segments',
      comment:
        'Adding a line of business is one folder and one line in segments/lines.ts; where it adds to the graph by hand, one in segments/graphql.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/segments/(index|lines|graphql)\\.ts$', '^src/segments/[^/]+/'] },
      to: { path: '^src/segments/[^/]+/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-stands-alone',
      comment: 'What is shipped does not need tests, benchmarks or development packages.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/|\\.test\\.ts$' },
      to: { path: '^(tests|bench)/' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/|\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would escape every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
  ],
  options: {
    // dependency-cruiser reads TypeScript through the compiler's JavaScript interface, which TypeScript 7 no
    // longer has; without another parser it would pass over every .ts file in silence.
    parser: 'swc',
    moduleSystems: ['es6', 'cjs'],
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/console/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
    skipAnalysisNotInRules: true,
  },
};
