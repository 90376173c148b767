import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ConfiguredPlugin,
  defineOperator,
  type EmbeddingServing,
  type LLMRequest,
  type LLMServing,
  type PluginDefinition,
  pipeline,
  prompt,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import type { Maestro } from '@maestro-dataflow/core/runtime'
import { testkitError } from '../../errors.js'
import { scriptedEmbeddings } from '../../scripted/scripted-embeddings.js'
import { scriptedServing } from '../../scripted/scripted-serving.js'
import { collectGarbage } from '../collect-garbage.js'
import { grownAfter, growthOf } from '../growth.js'
import { someTurns, watch, within } from '../outcomes.js'
import { withoutPrinting } from '../printing.js'
import { processChangesOf } from '../process-changes.js'
import { createSuite, type Suite, type SuiteOptions } from '../suite.js'
import { WatchedHooks } from './watched-hooks.js'

/** The options of the suite for observers. */
export interface ObserverSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** The milliseconds within which the taps of a run must be done. @default 5000 */
  readonly patience?: number
}

interface ObserverSubject {
  readonly plugin: ConfiguredPlugin
  /** The folder of the projects that it observes. */
  readonly directory: string
  /** The environment before the first run. */
  readonly environment: NodeJS.ProcessEnv
  readonly patience: number
}

/** Every setting of a request. */
const settings = {
  temperature: 0.25,
  topP: 0.5,
  topK: 7,
  seed: 3,
  stop: ['never'],
  maxTokens: 9,
  sample: 2,
  promptVersion: 'v',
} satisfies Partial<LLMRequest>

const asks = defineOperator({
  name: 'testkit.ask',
  kind: 'map',
  options: {},
  adds: { answer: 'string' },
  reads: () => ['text'],
  servings: () => [
    { kind: 'llm', name: 'default' },
    { kind: 'llm', name: 'second' },
    { kind: 'embedding', name: 'embedder' },
  ],
  inject: [SERVINGS],
  create:
    (_options, [servings]) =>
    async (row, context) => {
      const messages = prompt('Say {{text}}').messages({ text: String(row.text) })
      const ask = async (name: string) =>
        (await servings.get(name, 'llm').generate({ messages, ...settings }, context)).text
      const { vectors } = await servings.get('embedder', 'embedding').embed([String(row.text)], context)
      return { ...row, answer: `${await ask('default')} ${await ask('second')} ${vectors[0]?.join()}` }
    },
})

const oddRows: readonly Row[] = [
  { text: 'one', big: 10n ** 30n, day: new Date(0) },
  { text: 'stop 你好 👩🏽‍🚀 \uD83D', big: null, day: undefined },
  { text: 'two', bytes: new Uint8Array(2), nested: { deep: [1, { deeper: true }] } },
  { text: 'x'.repeat(100_000) },
]

/** What may happen to a run. Each ends in its own way. */
const events: Readonly<Record<string, (project: Maestro) => Promise<unknown>>> = {
  'a run with rejected rows and calls to a model': (project) =>
    Array.fromAsync(
      project.rows(
        pipeline('testkit')
          .from(oddRows)
          .filter((row) => row.text !== 'two')
          .step(asks as never, {} as never)
          .map((row: Row) => {
            if (String(row.text).startsWith('xx'))
              throw testkitError('MAESTRO_TESTKIT_SCRIPT_ENDED', { serving: 'testkit', answers: 1, question: 'none' })
            if (String(row.text).startsWith('stop'))
              throw testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: 'A row', reason: 'it must be rejected' })
            return row
          }),
      ),
    ),
  'a run without rows': (project) =>
    Array.fromAsync(
      project.rows(
        pipeline('testkit')
          .from([])
          .map((row) => row),
      ),
    ),
  'a run that fails': (project) =>
    Array.fromAsync(
      project.rows(
        pipeline('testkit')
          .from(oddRows)
          .map(
            () => {
              throw testkitError('MAESTRO_TESTKIT_SUBJECT', { subject: 'A run', reason: 'it must fail' })
            },
            { onError: 'fail' },
          ),
      ),
    ),
  'a plan that fails': (project) =>
    Array.fromAsync(project.rows(pipeline('testkit').read('nothing.there' as never, {} as never))),
  'a preview': (project) =>
    project.preview(
      pipeline('testkit')
        .from(oddRows)
        .map((row) => row),
      2,
    ),
  'a run that is stopped': (project) => {
    const stop = new AbortController()
    const steps = pipeline('testkit')
      .from(oddRows)
      .map(async (row) => {
        stop.abort()
        return row
      })
    return Array.fromAsync(project.rows(steps, { signal: stop.signal }))
  },
  'two runs at once': (project) => {
    const run = () =>
      Array.fromAsync(
        project.rows(
          pipeline('testkit')
            .from(oddRows)
            .step(asks as never, {} as never),
        ),
      )
    return Promise.all([run(), run()])
  },
}

/** What a serving says of itself. */
const facts = ['kind', 'name', 'provider', 'model', 'account', 'capabilities', 'concurrency', 'price', 'tier'] as const

const cases = {
  async 'taps a hook'(subject: ObserverSubject) {
    const hooks = await happening(subject, ['a run without rows'])
    assert.ok(hooks.tapped.size > 0, 'it taps no hook, so it observes nothing')
  },

  async 'no tap fails, whatever happens'(subject: ObserverSubject) {
    const hooks = await happening(subject)
    assert.deepEqual(hooks.failures, [])
  },

  async 'no event is changed'(subject: ObserverSubject) {
    const hooks = await happening(subject)
    assert.deepEqual(hooks.changes.slice(0, 1), [], 'an event belongs to all observers and to the run')
  },

  async 'every tap ends'(subject: ObserverSubject) {
    const hooks = await happening(subject)
    for (const { hook, work } of hooks.pending) await within(subject.patience, `a tap of ${hook}`, work.outcome)
  },

  async 'rows and answers are those without it'(subject: ObserverSubject) {
    const what = events['a run with rejected rows and calls to a model'] ?? (async () => undefined)
    const rows = async (plugins: readonly ConfiguredPlugin[]) => {
      const project = await open(plugins, subject.directory)
      try {
        return await what(project)
      } finally {
        await project.dispose()
      }
    }
    assert.deepEqual(await rows([subject.plugin]), await rows([]))
  },

  async 'a serving that it wraps stays the same serving'(subject: ObserverSubject) {
    const hooks = await happening(subject, ['two runs at once'])
    for (const { inner, outer } of hooks.wrapped) {
      for (const fact of facts)
        assert.deepEqual((outer as LLMServing)[fact], (inner as LLMServing)[fact], `${fact} of the serving`)
      assert.equal(
        outer.identity === undefined,
        inner.identity === undefined,
        'without its identity, no answer is found again',
      )
      if (inner.kind === 'llm') await assertPassesOn(outer as LLMServing, hooks)
      else await assertEmbeds(outer as EmbeddingServing, hooks)
      const before = hooks.disposals
      await outer.dispose?.()
      assert.ok(hooks.disposals > before, 'the serving that it wraps is never freed')
    }
  },

  async 'a serving that it wraps is made once, when it is needed'(subject: ObserverSubject) {
    const hooks = await happening(subject, ['two runs at once'])
    assert.deepEqual(hooks.making, [])
  },

  async 'changes nothing else in the process'(subject: ObserverSubject) {
    const work = () => withoutPrinting(() => happening(subject))
    assert.deepEqual(await processChangesOf(work, subject.environment), [])
  },

  async 'keeps nothing of a run that has ended'(subject: ObserverSubject) {
    const reports: WeakRef<object>[] = []
    for (let run = 0; run < grownAfter; run++) {
      const hooks = await happening(subject, ['a run without rows'])
      reports.push(...hooks.reports)
    }
    await collectGarbage()
    const kept = reports.filter((report) => report.deref() !== undefined)
    assert.ok(kept.length < grownAfter, `it keeps the reports of all ${kept.length} runs`)
  },

  async 'frees what it holds'(subject: ObserverSubject) {
    const grown = await growthOf(() => happening(subject, ['a run without rows']))
    assert.deepEqual(grown, [], 'what each project leaves behind')
  },
}

/** A wrapped serving receives the request with all its settings, and its call ends by the signal. */
async function assertPassesOn(outer: LLMServing, { calls }: WatchedHooks): Promise<void> {
  const request: LLMRequest = { messages: [{ role: 'user', content: 'Say something.' }], ...settings }
  await outer.generate(request)
  const [received] = calls.at(-1) ?? []
  for (const [name, value] of Object.entries(request))
    assert.deepEqual((received as Record<string, unknown>)?.[name], value, `${name} of a request is lost on the way`)
  const stopped = await watch(outer.generate(request, { signal: AbortSignal.abort() })).outcome
  assert.ok('error' in stopped, 'the signal of a call is lost on the way')
}

/** A model whose answer shows all of its request. */
const model = (name: string) =>
  scriptedServing((request) => `${name}: ${JSON.stringify(request)}`, { name, identity: { model: name } })

/** A wrapped embedding model receives the texts, and its call ends by the signal. */
async function assertEmbeds(outer: EmbeddingServing, { calls }: WatchedHooks): Promise<void> {
  const texts = ['one', '二']
  const { vectors } = await outer.embed(texts)
  assert.deepEqual(calls.at(-1)?.[0], texts, 'the texts to embed are others')
  assert.equal(vectors.length, texts.length, 'there are not as many vectors as texts')
  const stopped = await watch(outer.embed(texts, { signal: AbortSignal.abort() })).outcome
  assert.ok('error' in stopped, 'the signal of a call is lost on the way')
}

async function open(plugins: readonly ConfiguredPlugin[], directory: string): Promise<Maestro> {
  const { maestro } = await import('@maestro-dataflow/core/runtime')
  return maestro({
    directory,
    plugins: [...plugins],
    servings: {
      default: model('one'),
      second: model('other'),
      embedder: scriptedEmbeddings({ identity: { model: 'e' } }),
    },
    cache: false,
    run: { maxRejects: Number.MAX_SAFE_INTEGER },
    logLevel: 'silent',
  })
}

/** Lets things happen in a project with the plugin. @returns what its taps did */
async function happening(
  { plugin, directory, patience }: ObserverSubject,
  which = Object.keys(events),
): Promise<WatchedHooks> {
  const hooks = new WatchedHooks()
  // A plugin may be a function, whose name a copy does not keep.
  const { name, apply: _, ...definition } = { ...plugin.plugin, name: plugin.plugin.name }
  const apply: PluginDefinition['apply'] = (given, context) => plugin.plugin.apply(hooks.of(given), context)
  const watched: PluginDefinition = { ...definition, name, apply }
  const project = await open([{ ...plugin, plugin: watched }], directory)
  for (const name of which)
    await within(4 * patience, name, watch(events[name]?.(project) ?? Promise.resolve()).outcome)
  await within(patience, 'the end of the project', project.dispose())
  await someTurns()
  hooks.lookAgain()
  return hooks
}

/** The cases of the suite for observers. */
export type ObserverCase = keyof typeof cases

/** The rules for every plugin that observes: whatever happens to a run, the plugin does not disturb it. */
export function observerSuite(
  plugin: PluginDefinition | ConfiguredPlugin,
  options: ObserverSuiteOptions<ObserverCase> = {},
): Suite {
  const configured: ConfiguredPlugin = 'plugin' in plugin ? plugin : { plugin, options: undefined }
  let directory = ''
  return createSuite<ObserverSubject, ObserverCase>({
    title: `the observer ${configured.plugin.name}`,
    cases,
    options,
    open: async () => {
      directory = await mkdtemp(join(tmpdir(), 'maestro-testkit-'))
      return { plugin: configured, directory, environment: { ...process.env }, patience: options.patience ?? 5000 }
    },
    close: () => rm(directory, { recursive: true, force: true }),
  })
}
