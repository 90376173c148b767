const { BENCH_THREADS, BENCH_STATE } = process.env
const threads = Number(BENCH_THREADS)

/** @type {import('@maestro-dataflow/core').MaestroConfig} */
export default {
  plugins: ['@maestro-dataflow/plugin-fs'],
  pipelines: 'pipelines/*.js',
  executor: threads === 0 ? 'local' : { use: 'threads', threads },
  stateDirectory: BENCH_STATE,
  allowOutsidePaths: true,
  logLevel: 'warn',
}
