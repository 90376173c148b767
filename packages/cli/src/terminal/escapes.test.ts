// A terminal that shows the output of a command must not interpret anything in rows, files, plugins, or pipelines.
import { styleText } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TemporaryProject } from '../__fixtures__/temporary-project.js'
import { safe } from './print.js'

/** A window title, a cleared screen, a foreign color, a C1 control character, a line end, and reversed text. */
const hostile = '\u001b]0;owned\u0007\u001b[2J\u001b[5m\u009b2J\r\u202e\u061cabc'
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

let project: TemporaryProject
beforeAll(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': {
      plugins: ['@maestro-dataflow/plugin-fs', './noisy.js', 'odd'],
      pipelines: 'pipelines/*',
    },
    'noisy.js': `
      import { definePlugin } from '@maestro-dataflow/core'
      const hostile = ${JSON.stringify(hostile)}
      export default definePlugin({
        name: 'noisy',
        observe: (hooks, { logger }) => hooks.runStart(() => logger.warn('said ' + hostile, { field: hostile, [hostile]: { deep: hostile } })),
      })`,
    'in.jsonl': `${JSON.stringify({ [hostile]: hostile, text: hostile })}\n{"text":1}\n`,
    'pipelines/good.json': {
      name: 'good',
      read: { use: 'fs.file', path: 'in.jsonl' },
      write: { use: 'fs.file', path: 'out/good.jsonl', mode: 'overwrite' },
    },
    'pipelines/failing.js': `
      import { pipeline } from '@maestro-dataflow/core'
      const hostile = ${JSON.stringify(hostile)}
      export default pipeline('failing')
        .read('fs.file', { path: 'in.jsonl' })
        .map((row) => { if (row.text === 1) return row; throw new Error('bad ' + row.text) }, { id: 'step ' + hostile })
        .write('fs.file', { path: 'out/' + hostile.replaceAll('/', '') + '.jsonl', mode: 'overwrite' })`,
    'pipelines/wrong.json': {
      name: 'wrong',
      read: { use: 'fs.file', path: `${hostile}.jsonl` },
      steps: [{ use: hostile, id: hostile, [hostile]: 1 }],
      write: { use: hostile },
    },
  })
  project.write('odd/package.json', {
    name: 'odd',
    version: `1.0.0${hostile}`,
    type: 'module',
    exports: './index.js',
    maestro: { apiVersion: 1, contributes: { operators: { 'odd.step': hostile } } },
  })
  project.write('odd/index.js', `throw new Error(${JSON.stringify(hostile)})`)
  project.write('maestro.config.json', {
    plugins: ['@maestro-dataflow/plugin-fs', './noisy.js'],
    pipelines: 'pipelines/*',
  })
})
afterAll(() => project.remove())

test.each([
  [['run', 'good']],
  [['run', 'good', '--json']],
  [['run', 'failing']],
  [['run', 'failing', '--json']],
  [['run', 'failing', '--verbose']],
  [['run', hostile]],
  [['preview', 'good']],
  [['preview', 'failing']],
  [['preview', 'failing', '--json']],
  [['plan', 'failing']],
  [['plan', 'wrong']],
  [['plan', 'wrong', '--json']],
  [['run', 'good', '--set', `${hostile}=1`]],
  [['run', 'good', '--limit', hostile]],
  [['doctor']],
  [['plugins']],
  [['plugins', hostile]],
  [['prompts', hostile]],
  [['types', '--infer', 'in.jsonl']],
  [['cache', 'explain', hostile]],
  [['enrich', 'in.jsonl', `${hostile}{{${hostile}}}`, '--output', 'x']],
])('maestro %j', async (parameters) => {
  const { code, stdout, stderr } = await project.maestro(...parameters)
  expect(code).not.toBeNull()
  expect(stdout + stderr).not.toBe('')
  expect(stdout.match(acting), stdout).toBeNull()
  expect(stderr.match(acting), stderr).toBeNull()
})

test('colours of this command pass, and no others', () => {
  const styled = `${styleText('bold', 'a', { validateStream: false })} ${styleText('red', 'b', { validateStream: false })}`
  expect(styled).toContain('\u001b[31m')
  expect(safe(styled)).toBe(styled)
  expect(safe('\u001b[5mx\u001b[31;1my')).toBe('\\u001b[5mx\\u001b[31;1my')
})
