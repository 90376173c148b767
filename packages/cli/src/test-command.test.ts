import { afterEach, beforeEach, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

let project: TemporaryProject
beforeEach(() => {
  project = new TemporaryProject({
    'maestro.config.json': { plugins: ['./plugins/shout.ts'], pipelines: 'pipelines/*' },
    'plugins/shout.ts': `
      import { column, defineOperator, definePlugin, newColumn } from '@maestro-dataflow/core'
      const shout = (name, loud) => defineOperator({
        name, kind: 'map', description: 'Shouts',
        options: { input: column('string'), output: newColumn('loud') },
        adds: { '{output}': 'string' },
        create: ({ input, output }) => (row) => ({ ...row, [output]: loud(row[input]) }),
      })
      export default definePlugin({
        name: 'shout',
        operators: [
          shout('shout.right', (text) => String(text ?? '').toUpperCase()),
          shout('shout.wrong', (text) => text.toUpperCase()),
        ],
      })`,
    'pipelines/loud.ts': `
      import { pipeline } from '@maestro-dataflow/core'
      export default pipeline('loud').from([{ word: 'tea' }, { word: 'milk' }]).step('shout.right', { input: 'word', output: 'loud' })`,
  })
})
afterEach(() => project.remove())

test('an operator is tested with the options and rows of a pipeline', async () => {
  const { code, stdout, stderr } = await project.maestro('test', 'shout.right')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('shout.right with the options and rows of the pipeline loud')
  expect(stdout).toMatch(/(\d+) of \1 rules hold/)
})

test('a broken rule is shown with the smallest example, and the exit code is 1', async () => {
  const given = ['--options', '{"input":"word","output":"loud"}', '--rows', '[{"word":"tea"}]']
  const { code, stdout } = await project.maestro('test', 'shout.wrong', ...given)
  expect(code).toBe(1)
  expect(stdout).toContain('✗ values of all kinds are processed as declared')
  expect(stdout).toContain('Smallest example that fails')
  const { passed } = JSON.parse((await project.maestro('test', 'shout.wrong', ...given, '--json')).stdout)
  expect(passed).toBe(false)
})

test('an unknown operator, missing rows, and wrong JSON are wrong use', async () => {
  for (const [parameters, words] of [
    [['shout.rihgt'], 'Did you mean "shout.right"?'],
    [['shout.wrong'], 'No pipeline of this project uses shout.wrong'],
    [['shout.right', '--rows', '[{'], '--rows is not JSON'],
  ] as const) {
    const { code, stderr } = await project.maestro('test', ...parameters)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(words)
  }
})
