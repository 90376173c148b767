import type { Schema } from '@maestro-dataflow/core'
import type { Contribution, Maestro } from '@maestro-dataflow/core/runtime'
import { describeSchema, type OptionDescription } from './describe-schema.js'

/** One thing that a plugin contributes, with its options. */
export interface ContributionDescription {
  readonly name: string
  /** As in manifests: `operators`, `storages` ... */
  readonly kind: Contribution['kind']
  readonly plugin: string
  readonly description: string | undefined
  /** What kind of operator or serving it is: map, filter, llm ... */
  readonly is: string | undefined
  /** A storage reads with some options and writes with others. Undefined where they cannot be told. */
  readonly options: readonly { readonly of: string; readonly options: readonly OptionDescription[] | undefined }[]
}

/** Describes what a plugin contributes under a name; loads its code. @throws MAESTRO_PLUGIN_* */
export async function describeContributions(
  project: Maestro,
  plugin: string,
  name: string,
): Promise<readonly ContributionDescription[]> {
  const manifest = (await project.plugins()).find((configured) => configured.name === plugin)?.manifest
  const contributions = await project.contributionsOf(plugin)
  return contributions
    .filter((contribution) => contribution.name === name)
    .map((contribution) => ({
      name,
      kind: contribution.kind,
      plugin,
      description: manifest?.contributes?.[contribution.kind]?.[name],
      is: 'kind' in contribution.definition ? contribution.definition.kind : undefined,
      options: schemasOf(contribution).map(([of, schema]) => ({ of, options: describeSchema(schema) })),
    }))
}

function schemasOf({ kind, definition }: Contribution): readonly (readonly [string, Schema])[] {
  if (kind === 'storages') {
    const { source, sink } = definition
    return [
      ...(source === undefined ? [] : [['read', source.options] as const]),
      ...(sink === undefined ? [] : [['write', sink.options] as const]),
    ]
  }
  return 'options' in definition ? [['options', definition.options]] : []
}
