import type { Schema } from '@maestro-dataflow/core'
import type { Contribution, Maestro } from '@maestro-dataflow/core/runtime'
import { describeSchema, type OptionDescription } from './describe-schema.js'

/** A contribution of a plugin, with its options. */
export interface ContributionDescription {
  readonly name: string
  /** The kind, as in manifests: `operators`, `storages` ... */
  readonly kind: Contribution['kind']
  readonly plugin: string
  readonly description: string | undefined
  /** The kind of the operator or serving: map, filter, llm ... */
  readonly is: string | undefined
  /**
   * A storage has separate options for reading and for writing. The options are undefined if the schema does not
   * describe them.
   */
  readonly options: readonly { readonly of: string; readonly options: readonly OptionDescription[] | undefined }[]
}

/** Loads the code of a plugin and describes its contributions of a name. @throws MAESTRO_PLUGIN_* */
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
