import assert from 'node:assert/strict'
import type {
  ConfiguredPlugin,
  PluginDefinition,
  PluginManifest,
  PluginReference,
  Schema,
} from '@maestro-dataflow/core'
import type { Contribution } from '@maestro-dataflow/core/runtime'
import { differencesBetweenProcesses } from './described-twice.js'
import { probeImport } from './probe-import.js'
import { createSuite, type Suite, type SuiteOptions } from './suite.js'

/** The options of the suite for plugins. */
export interface PluginSuiteOptions<Name extends string = string> extends SuiteOptions<Name> {
  /** The plugins that this one requires. */
  readonly plugins?: readonly PluginReference[]
  /**
   * The words before the point in the names of what it contributes, if they differ from the name of the plugin:
   * `['letters']` for `letters.thanks` of `maestro-plugin-post`.
   */
  readonly namespaces?: readonly string[]
}

interface PluginSubject {
  readonly name: string
  readonly namespaces: readonly string[]
  readonly packageFile: URL | undefined
  /** Loads it like a project, each time anew. */
  load(): Promise<{ readonly manifest: PluginManifest; readonly contributions: readonly Contribution[] }>
}

const importCase = 'importing it changes nothing and opens nothing'
const processCase = 'every process sees the same plugin'

const cases = {
  async 'contributes exactly what its manifest lists'({ load }: PluginSubject) {
    const { manifest, contributions } = await load()
    const declared = Object.entries(manifest.contributes ?? {}).flatMap(([kind, things]) =>
      Object.keys(things).map((thing) => `${kind}/${thing}`),
    )
    assert.deepEqual(contributions.map(({ kind, name }) => `${kind}/${name}`).toSorted(), declared.toSorted())
  },

  async 'can be applied again in the same process'({ load }: PluginSubject) {
    const names = ({ contributions }: Awaited<ReturnType<typeof load>>) => contributions.map(({ name }) => name)
    assert.deepEqual(names(await load()), names(await load()))
  },

  async 'prefixes its contributions with its name: plugin.thing'({ load, namespaces }: PluginSubject) {
    for (const { name } of (await load()).contributions) {
      assert.match(name, /^[a-z][a-z0-9-]*(\.[A-Za-z0-9-]+)+$/, `"${name}" is not a name such as fs.file`)
      const [namespace = ''] = name.split('.')
      const own = namespaces.map((known) => `${known}.`).join(' or ')
      assert.ok(namespaces.includes(namespace), `"${name}" is in the namespace of another plugin: begin it with ${own}`)
    }
  },

  async 'describes all its contributions'({ load }: PluginSubject) {
    const { manifest, contributions } = await load()
    for (const [kind, things] of Object.entries(manifest.contributes ?? {}))
      for (const [name, line] of Object.entries(things)) {
        assert.ok(line.trim() !== '', `the manifest does not describe ${kind}/${name}`)
        assert.ok(!line.includes('\n'), `the description of ${kind}/${name} is more than a line`)
      }
    for (const { kind, name, definition } of contributions) {
      if (!('description' in definition)) continue
      assert.ok(definition.description?.trim(), `${name} has an empty description`)
      const line = manifest.contributes?.[kind]?.[name]
      assert.equal(line, definition.description, `the manifest describes ${name} in other words than its code`)
    }
  },

  async 'the options of its contributions can be shown as JSON Schema'({ load }: PluginSubject) {
    for (const { name, definition } of (await load()).contributions)
      for (const [what, schema] of optionSchemas(definition)) {
        const json = inputSchema(schema)
        assert.ok(json !== undefined, `the ${what} of ${name} give no JSON Schema`)
        assert.doesNotThrow(() => JSON.stringify(json))
      }
  },

  async [importCase]({ packageFile }: PluginSubject) {
    assert.ok(packageFile !== undefined)
    const { globals, changes, environment, files, resources } = await probeImport(packageFile)
    assert.deepEqual(globals, [], 'globals that the import adds')
    assert.deepEqual(changes, [], 'objects of the language or of Node that the import changes')
    assert.deepEqual(environment, [], 'variables of the environment that the import changes')
    assert.deepEqual(files, [], 'files that the import writes')
    assert.deepEqual(resources, [], 'what the import leaves open')
  },

  async [processCase]({ packageFile }: PluginSubject) {
    assert.ok(packageFile !== undefined)
    const message = 'values that the import takes from chance, time, or its process; take them when a part is created'
    assert.deepEqual(await differencesBetweenProcesses(packageFile), [], message)
  },
}

/** The cases of the suite for plugins. */
export type PluginCase = keyof typeof cases

/**
 * The rules for every plugin. A plugin whose `manifest` is the URL of its package.json is also checked for effects of
 * its import: the built package is imported in new processes.
 */
export function pluginSuite(
  plugin: PluginDefinition | ConfiguredPlugin,
  options: PluginSuiteOptions<PluginCase> = {},
): Suite {
  const { name, manifest } = 'plugin' in plugin ? plugin.plugin : plugin
  const { plugins = [], namespaces = [namespaceOf(name)] } = options
  const packageFile = manifest instanceof URL ? manifest : undefined
  const { [importCase]: _, [processCase]: __, ...others } = cases
  return createSuite<PluginSubject, PluginCase>({
    title: `the plugin ${name}`,
    cases: packageFile === undefined ? others : cases,
    options,
    open: async () => ({
      name,
      namespaces,
      packageFile,
      async load() {
        const { maestro } = await import('@maestro-dataflow/core/runtime')
        const project = maestro({ plugins: [...plugins, plugin], logLevel: 'silent' })
        const contributions = await project.contributionsOf(name)
        const discovered = (await project.plugins()).find((known) => known.name === name)
        assert.ok(discovered?.manifest !== undefined, `${name} has no manifest`)
        return { manifest: discovered.manifest, contributions }
      },
    }),
    close: async () => undefined,
  })
}

/** `acme` for `acme`, `maestro-plugin-acme`, and `@somebody/plugin-acme`. */
const namespaceOf = (plugin: string): string => plugin.replace(/^@[^/]*\//, '').replace(/^(maestro-)?(plugin-)?/, '')

/** Storages have options for reading and for writing. */
function optionSchemas(definition: Contribution['definition']): readonly (readonly [what: string, schema: Schema])[] {
  const { source, sink } = definition as { source?: { options: Schema }; sink?: { options: Schema } }
  return [
    ...('options' in definition ? ([['options', definition.options]] as const) : []),
    ...(source === undefined ? [] : ([['options of reading', source.options]] as const)),
    ...(sink === undefined ? [] : ([['options of writing', sink.options]] as const)),
  ]
}

function inputSchema(schema: Schema): unknown {
  const standard = schema['~standard'] as { jsonSchema?: { input(options: object): unknown } }
  // Something that JSON cannot express, such as a function, may be an option in code.
  return standard.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })
}
