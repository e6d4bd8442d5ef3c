// The direction of imports between the rooms of src/: kernel ← store, graphql ← lending ← segments ← scenario, audit ← server ← cli.
// Each line says what a room may import beside itself; whatever it does not name is forbidden.
const rooms = {
  kernel: [],
  store: ['kernel'],
  graphql: ['kernel'],
  lending: ['kernel', 'graphql'],
  segments: ['kernel', 'graphql', 'lending'],
  scenario: ['kernel', 'store', 'graphql', 'segments'],
  audit: ['kernel', 'store', 'graphql', 'segments'],
  server: ['kernel', 'store', 'graphql', 'segments', 'scenario', 'audit'],
  cli: ['kernel', 'store', 'graphql', 'segments', 'scenario', 'audit', 'server'],
  console: [],
};

const direction = Object.entries(rooms).map(([room, below]) => ({
  name: `${room}-imports-only-what-is-below`,
  comment: `${room} may import ${below.length ? below.join(', ') : 'no other room'}.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [room, ...below].map((name) => `^src/${name}/`) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...direction,
    {
      name: 'rooms-are-named',
      comment: 'A new folder under src/ gets a line in `rooms` first.',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(rooms).map((room) => `^src/${room}/`) },
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
        'Adding a line of business is one folder and one line in segments/index.ts; where it adds to the graph beyond its commands, one in segments/graphql.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/segments/(index|graphql)\\.ts$', '^src/segments/[^/]+/'] },
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
      from: { path: '^src/', pathNot: '^src/console/' },
      to: { path: '^(tests|bench)/' },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/console/' },
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
