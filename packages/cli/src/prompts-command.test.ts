import { afterAll, beforeAll, expect, test } from 'vitest'
import { TemporaryProject } from './__fixtures__/temporary-project.js'

let project: TemporaryProject
beforeAll(() => {
  project = new TemporaryProject({
    'package.json': { type: 'module' },
    'maestro.config.json': { plugins: ['./tones.js', './bomb.js'] },
    'tones.js': `
      import { definePlugin, definePrompt, fewShotPrompt, Prompt, PromptTemplate } from '@maestro-dataflow/core'
      import { z } from 'zod'
      class Wordy extends Prompt {
        variables = ['文']
        version = '3'
        format(row) { this.assertInputs(row); return 'Count: ' + row['文'] }
      }
      class Picky extends Wordy {
        format(row) { return row['文'].words.length }
      }
      const none = z.strictObject({})
      const prompts = [
        definePrompt({
          name: 'tones.ask',
          options: z.strictObject({
            input: z.string().describe('The column'),
            tone: z.enum(['calm', 'angry']).default('calm'),
            times: z.number().default(1),
          }),
          create: ({ input, tone, times }) =>
            new PromptTemplate('In a ' + tone + ' tone, ' + times + ' times:\\n\\n{{' + input + '}}', { system: 'Be brief.' }),
        }),
        definePrompt({
          name: 'tones.judge',
          options: none,
          create: () => fewShotPrompt({
            user: [{ type: 'text', text: 'Rate {{text}}' }, { type: 'image', from: '{{photo}}' }],
            examples: [{ input: { text: '{{it}}', photo: 'a.png' }, output: 'good' }],
            version: '2',
          }),
        }),
        definePrompt({ name: 'tones.wordy', options: none, create: () => new Wordy() }),
        definePrompt({ name: 'tones.picky', options: none, create: () => new Picky() }),
      ]
      const described = Object.fromEntries(prompts.map(({ name }) => [name, 'Does ' + name]))
      export default definePlugin({
        name: 'tones',
        manifest: { apiVersion: 1, contributes: { prompts: described } },
        apply: (hooks) => hooks.prompts.tap('tones', (registry) => { for (const prompt of prompts) registry.add(prompt) }),
      })`,
    'bomb.js': `export default { name: 'bomb', manifest: { apiVersion: 1 }, apply() { throw new Error('it went off') } }`,
  })
})
afterAll(() => project.remove())

test('each prompt with its plugin, options, variables and version; plugins without prompts are not run', async () => {
  const { code, stdout, stderr } = await project.maestro('prompts')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toBe(`tones.ask  prompt of tones
  Does tones.ask
  options    input (required), tone, times
  variables  depend on its options

tones.judge  prompt of tones
  Does tones.judge
  options    none
  variables  text, photo
  version    2

tones.wordy  prompt of tones
  Does tones.wordy
  options    none
  variables  文
  version    3

tones.picky  prompt of tones
  Does tones.picky
  options    none
  variables  文
  version    3
`)
})

test('one prompt with its options and its text, of the options that are set', async () => {
  const parameters = ['tones.ask', '--set', 'input=text', '--set', 'tone=angry', '--set', 'times=2']
  const { code, stdout } = await project.maestro('prompts', ...parameters)
  expect(code).toBe(0)
  expect(stdout.replace(/Version {4}\w{16}/, 'Version    ...')).toBe(`tones.ask  prompt of tones
  Does tones.ask

Options
  input: string, required
      The column
  tone: "calm" | "angry", default "calm"
  times: number, default 1

Variables  text
Version    ...

system
  Be brief.
user
  In a angry tone, 2 times:

  {{text}}
`)
})

test('without the options that it needs it says which', async () => {
  const { code, stdout } = await project.maestro('prompts', 'tones.ask')
  expect(code).toBe(0)
  expect(stdout).toMatch(/It cannot be made yet: input: .*\. Use --set name=value\.\n$/)
})

test('examples and media are shown, and the description of a class with its own logic', async () => {
  expect((await project.maestro('prompts', 'tones.judge')).stdout).toContain(`
user
  Rate \\{{it}}
  [image a.png]
assistant
  good
user
  Rate {{text}}
  [image {{photo}}]
`)
  expect((await project.maestro('prompts', 'tones.wordy')).stdout).toContain('user\n  Count: {{文}}\n')
  expect((await project.maestro('prompts', 'tones.picky')).stdout).toContain(
    'Its class Picky writes its text from a row',
  )
})

test('--json gives the same as data', async () => {
  const { stdout } = await project.maestro('prompts', '--json')
  const [ask, judge] = JSON.parse(stdout)
  expect(ask).toMatchObject({ name: 'tones.ask', plugin: 'tones', issues: [expect.stringContaining('input')] })
  expect(judge).toMatchObject({
    made: { class: 'FewShotPrompt', version: '2', variables: ['text', 'photo'] },
    issues: [],
  })
  expect(JSON.parse((await project.maestro('prompts', 'tones.judge', '--json')).stdout)).toEqual(judge)
})

test('an unknown prompt is wrong use, and so is a wrong option', async () => {
  const unknown = await project.maestro('prompts', 'tones.as')
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean "tones.ask"?') })
  expect(unknown.stderr).toContain('Known: tones.ask, tones.judge, tones.wordy, tones.picky.')
  const wrong = await project.maestro('prompts', 'tones.ask', '--set', 'input=text', '--set', 'tone=sad')
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The options of tones.ask are not valid: tone'),
  })
})

test('a project without any says so', async () => {
  project.write('none/maestro.config.json', { plugins: [] })
  const { stdout } = await project.start(['prompts'], { cwd: 'none' }).finished
  expect(stdout).toBe('No plugin of the config contributes prompts.\n')
})
