import type { GlobalContext, LLMServing, Prompt, Sampling } from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'

const answer = z.strictObject({ name: z.string().min(1) })

/** Asks a model to name what the texts of each group have in common. The calls run concurrently. */
export async function nameGroups(
  groups: readonly (readonly string[])[],
  { serving, prompt, sampling }: { readonly serving: LLMServing; readonly prompt: Prompt; readonly sampling: Sampling },
  { signal, step, run }: GlobalContext,
): Promise<readonly string[]> {
  const asker = new Asker({ serving, prompt, schema: answer, sampling: { temperature: 0, ...sampling } })
  return Promise.all(
    groups.map(async (texts, group) => {
      const { name } = await asker.data(answer, { texts }, { signal, step, run, rowId: `group ${group}` })
      return name.trim()
    }),
  )
}
