import { readdirSync } from 'node:fs'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { SummaryReporter } from './test/summary-reporter.js'

const ignored = ['**/node_modules/**', '**/dist/**', '**/.maestro/**', '**/out/**']
/** Tests that talk to a server have a project for each server, which starts it. */
const serverTests = ['ollama', 'database', 'chroma', 'llmock', 's3', 'workers'].map(
  (server) => `**/*.${server}.test.ts`,
)

/**
 * On a busy machine of CI, one test of thirteen thousand may meet a moment that its author did not think of. It is tried
 * again there, and the end of the run names it as flaky: it is a defect of the test or of the product.
 */
const retry = process.env.CI === 'true' ? 2 : 0

/** Tests of the packages as published, which a global set-up packs once. */
const packedTests = ['pack', 'install-size', 'first-plugin', 'created-packages'].map((name) => `test/${name}.test.ts`)

/** One project per package that has type tests: each package extends the same interfaces of core in its own way. */
const typeProjects = readdirSync('packages')
  .filter((name) => readdirSync(`packages/${name}`).includes('tsconfig.check.json'))
  .filter((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true }).some((file) => String(file).endsWith('.test-d.ts')),
  )
  .map(
    (name): TestProjectConfiguration => ({
      test: {
        name: `types-${name}`,
        include: [],
        typecheck: {
          enabled: true,
          only: true,
          // `npm run typecheck` reports those, in every file.
          ignoreSourceErrors: true,
          include: [`packages/${name}/src/**/*.test-d.ts`],
          tsconfig: `packages/${name}/tsconfig.check.json`,
        },
      },
    }),
  )

export default defineConfig({
  test: {
    reporters: [process.env.GITHUB_ACTIONS === 'true' ? 'github-actions' : 'default', new SummaryReporter()],
    // A process per test file: native modules (DuckDB, llama.cpp) and signals are at home there, threads are not.
    pool: 'forks',
    maxWorkers: 2,
    allowOnly: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...ignored, 'packages/plugin-local/**', ...serverTests],
          retry,
          testTimeout: 90_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // Real models: the first one to run may have to bring the model's file.
          name: 'models',
          include: ['packages/plugin-local/src/**/*.test.ts'],
          exclude: [...ignored, ...serverTests],
          retry,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          // Real servers: PostgreSQL, MariaDB, and Redis, started for these tests.
          name: 'databases',
          include: ['packages/*/src/**/*.database.test.ts', 'test/**/*.database.test.ts'],
          exclude: ignored,
          globalSetup: ['test/servers/databases.ts'],
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // A real Chroma server, started for these tests.
          name: 'chroma',
          include: ['packages/*/src/**/*.chroma.test.ts', 'test/**/*.chroma.test.ts'],
          exclude: ignored,
          globalSetup: ['test/servers/chroma-setup.ts'],
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // A real S3 server, started for these tests.
          name: 's3',
          include: ['packages/*/src/**/*.s3.test.ts', 'test/**/*.s3.test.ts'],
          exclude: ignored,
          globalSetup: ['test/servers/s3-setup.ts'],
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // Processes that work for one run; each test starts its own, and their Redis or PostgreSQL. They wait most of the time.
          name: 'workers',
          include: ['test/**/*.workers.test.ts'],
          exclude: ignored,
          retry,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          // Servers that fail as providers do; each test starts its own.
          name: 'llmock',
          include: ['test/**/*.llmock.test.ts'],
          exclude: ignored,
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...typeProjects,
      {
        test: {
          // A real Ollama, started once for all of them.
          name: 'ollama',
          include: ['packages/*/src/**/*.ollama.test.ts', 'test/**/*.ollama.test.ts'],
          exclude: ignored,
          globalSetup: 'test/servers/ollama.ts',
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Ollama has one thread, so another file runs beside each of these.
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: [...ignored, ...serverTests, ...packedTests],
          retry,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxConcurrency: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'packed',
          include: packedTests,
          exclude: ignored,
          globalSetup: ['test/packed/packed-setup.ts'],
          retry,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
