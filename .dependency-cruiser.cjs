// The architecture, as a lint rule. Each rule says why it stands.
const swc = require('@swc/core');

// dependency-cruiser 17 reads through swc without its `tsx` option, and would find pages with JSX unreadable.
const { parseFileSync } = swc;
swc.parseFileSync = (file, options) => parseFileSync.call(swc, file, { ...options, tsx: file.endsWith('.tsx') });

const layer = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    layer('no-cycles', 'A cycle is two ideas that could not be told apart.', {}, { circular: true }),
    layer(
      'shared-imports-nothing-above',
      'src/shared is used by both halves; nothing imports upwards.',
      { path: '^src/shared/' },
      { path: '^(src/(api|jobs|workers|cli)|sandbox|test|bench)/' },
    ),
    layer(
      'planning-is-pure',
      'The plan must be the same for the same snapshot: no I/O, no clock, no randomness, no packages.',
      { path: '^src/shared/planning/' },
      { pathNot: '^src/shared/planning/' },
    ),
    layer(
      'api-knows-contracts-only',
      'The API records what is asked for; handlers, workers and commands are not its business.',
      { path: '^src/api/' },
      { path: '^src/(workers|cli)/|^src/jobs/(?!contracts\\.ts$|.*\\.job\\.ts$)|^sandbox/' },
    ),
    layer(
      'jobs-know-nothing-of-how-they-run',
      'A handler gets what it needs handed in.',
      { path: '^src/jobs/' },
      { path: '^src/(api|workers|cli)/|^sandbox/' },
    ),
    layer(
      'contracts-do-no-io',
      'A job contract is loaded by the API: it may name things, not open them.',
      { path: '^src/jobs/(contracts\\.ts$|.*\\.job\\.ts$)' },
      { pathNot: '(^src/jobs/.*\\.job\\.ts$|^src/shared/queue/job\\.ts$|^src/shared/config/|node_modules/zod/)' },
    ),
    layer(
      'workers-know-no-api',
      'The two halves are started apart.',
      { path: '^src/workers/' },
      { path: '^src/(api|cli)/|^sandbox/' },
    ),
    layer(
      'only-the-demo-knows-the-sandbox',
      'The stand-ins are no part of the product.',
      { path: '^src/', pathNot: '^src/cli/demo/' },
      { path: '^sandbox/' },
    ),
    layer(
      'sandbox-is-independent',
      'An oracle that shares code with what it checks proves nothing.',
      { path: '^sandbox/' },
      { path: '^(src|test|bench)/' },
    ),
    layer(
      'one-file-builds-queues',
      'Queue and Worker are built in one place, on either backend. (src/api shows them and needs their types.)',
      { path: '^src/', pathNot: '^src/(shared/queue|workers|api)/' },
      { path: 'node_modules/bullmq/' },
    ),
    layer(
      'one-folder-knows-what-measures',
      'What traces and counts can be changed in one place; everybody else says what happened in words of the hub.',
      { path: '^src/', pathNot: '^src/shared/(telemetry/|queue/telemetry\\.ts$)' },
      { path: 'node_modules/(@opentelemetry|bullmq-otel|prom-client)/' },
    ),
    layer(
      'the-sdk-is-loaded-on-demand',
      'Where nobody traces, the SDK of OpenTelemetry is not even loaded.',
      { path: '^src/' },
      { path: '^src/shared/telemetry/tracing\\.ts$', dynamic: false },
    ),
    layer(
      'the-judge-knows-nothing',
      'It counts what exists outside; whatever it shared with the hub could be wrong in both.',
      { path: '^chaos/oracle\\.ts$' },
      { path: '.' },
    ),
    layer(
      'chaos-drives-processes',
      'Chaos starts the hub and the sandbox as processes; of the code it needs the names of kill points, a PostgreSQL and free ports.',
      { path: '^chaos/' },
      {
        path: '^(src|sandbox|test|bench)/',
        pathNot: '^src/shared/(config/testing|db/(embedded|free-port|migrations))\\.ts$',
      },
    ),
    layer('nothing-knows-chaos', 'It stands outside.', { path: '^(src|sandbox)/' }, { path: '^chaos/' }),
    layer(
      'bench-borrows-the-build-of-chaos',
      'Both start the compiled hub; nothing else of chaos is a measure.',
      { path: '^bench/' },
      { path: '^chaos/', pathNot: '^chaos/build\\.ts$' },
    ),
    layer(
      'no-test-code-in-src',
      'Tests import the product, never the other way.',
      { path: '^(src|sandbox)/' },
      { path: '^test/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'src/shared/db/generated' },
    // TypeScript 7 has no compiler API; the rules are read through swc.
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
