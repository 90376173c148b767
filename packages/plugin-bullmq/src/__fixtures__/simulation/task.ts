/** The task of a run with one step. */
export const task = {
  run: 'run',
  stage: 0,
  steps: ['work'],
  origin: { config: 'maestro.config.json', pipeline: 'work', file: 'work.js', params: {}, modules: {}, plugins: {} },
  expected: {},
  rowsInFlight: 1024,
  fresh: false,
  clonesRows: false,
  carrier: {},
}
