import { join } from 'node:path'
import { diffRuns, droppedRows, explainRow, findRun, type RunRecord } from '@maestro-dataflow/core/runtime'
import type { Folder } from './folder.js'

/**
 * What `maestro why`, `dropped`, and `rejects` say about the newest run of a folder: about each row that its ledger names, and
 * about each step. Left out is what a resumed run may tell otherwise: the times, and whether an answer came from its record.
 */
export async function accountsOf(folder: Folder) {
  const record = await recordOf(folder)
  return {
    status: record.status,
    why: Object.fromEntries(namedRows(record).map((id) => [id, whyOf(record, id)])),
    dropped: record.plan.steps.map(({ id }) => droppedRows(record, id)).map(({ run: _, ...dropped }) => dropped),
    rejects: [...record.rejects()],
  }
}

/** How the newest runs of two folders differ, as `maestro diff` says it. */
export async function differenceOf(before: Folder, after: Folder) {
  const { added, gone, changed } = diffRuns(await recordOf(before), await recordOf(after))
  return { added, gone, changed }
}

export const noDifference = { added: [], gone: [], changed: [] }

const recordOf = ({ path }: Folder): Promise<RunRecord> => findRun(join(path, '.maestro'))

function namedRows({ ledger }: RunRecord): readonly string[] {
  const ids = new Set<string>()
  for (const { ids: left, facts } of ledger.rows()) {
    for (const id of left) ids.add(id)
    for (const { id, fact } of facts) {
      ids.add(id)
      if (fact.kind === 'split') for (let part = 0; part < fact.rows; part++) ids.add(`${id}/${fact.step}/${part}`)
    }
  }
  return [...ids].sort()
}

function whyOf(record: RunRecord, row: string) {
  const { parent, stops, verdicts } = explainRow(record, row)
  return {
    parent,
    verdicts,
    stops: stops.map(({ calls = [], ...stop }) => ({
      ...stop,
      calls: calls.map(({ from: _, endedMs: __, durationMs: ___, ...call }) => call),
    })),
  }
}
