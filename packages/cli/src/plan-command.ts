import { openProject } from '@maestro-dataflow/core/runtime'

/** `maestro plan`: prints the checked plan as JSON. */
export async function plan(
  pipeline: string,
  { config, set }: { readonly config: string | undefined; readonly set: Readonly<Record<string, string>> },
): Promise<void> {
  const project = openProject(config === undefined ? {} : { file: config })
  try {
    console.log(JSON.stringify(await project.plan(pipeline, { params: set }), null, 2))
  } finally {
    await project.dispose()
  }
}
