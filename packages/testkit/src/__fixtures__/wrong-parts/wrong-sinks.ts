import { type Batch, defineSink, type SinkDefinition, type SinkWriter, type WriteResult } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { WrongPart } from './wrong-part.js'

/** A sink in memory that differs in one respect. */
function sink(change: (right: SinkWriter, rows: unknown[]) => Partial<SinkWriter>): SinkDefinition {
  return defineSink({
    options: z.object({}),
    open: () => {
      const rows: unknown[] = []
      const right: SinkWriter = {
        write: (batch) => void rows.push(...batch.rows),
        commit: async () => ({ rows: rows.length, location: 'memory' }),
        abort: async () => undefined,
      }
      return { ...right, ...change(right, rows) }
    },
  }) as SinkDefinition
}

const says = (result: unknown) => sink(() => ({ commit: async () => result as WriteResult }))

const notices = (fault: string, part: SinkDefinition): WrongPart<SinkDefinition> => ({
  fault,
  part,
  code: 'MAESTRO_RUN_SINK_COUNT',
})

/** Sinks that lose rows or report a wrong number; they receive three rows. */
export const wrongSinks: readonly WrongPart<SinkDefinition>[] = [
  notices(
    'loses the last row of each batch',
    sink((right) => ({
      write: (batch: Batch) => right.write({ ids: batch.ids.slice(0, -1), rows: batch.rows.slice(0, -1) }),
    })),
  ),
  notices(
    'leaves out a row that it cannot hold',
    sink((_right, rows) => ({ write: (batch) => void rows.push(...batch.rows.filter(({ n }) => n !== 1)) })),
  ),
  notices(
    'writes each row twice',
    sink((_right, rows) => ({ write: (batch) => void rows.push(...batch.rows, ...batch.rows) })),
  ),
  notices(
    'writes nothing',
    sink(() => ({ write: () => undefined })),
  ),
  notices('says nothing', says(undefined)),
  notices('says no number', says({ location: 'memory' })),
  notices('reports something that is not a number', says({ rows: '3', location: 'memory' })),
  notices('says that there is no number', says({ rows: Number.NaN, location: 'memory' })),
  notices(
    'holds fewer rows than it was given',
    sink(() => ({ rowsWritten: 2, commit: async () => ({ rows: 3, location: 'memory' }) })),
  ),
]

const opens = (fault: string, writer: unknown): WrongPart<SinkDefinition> => ({
  fault,
  part: defineSink({ options: z.object({}), open: () => writer as SinkWriter }) as SinkDefinition,
  code: 'MAESTRO_SINK_CONTRACT',
})
const writer = { write: () => undefined, commit: async () => ({ rows: 3 }), abort: async () => undefined }

/** Sinks whose writer lacks what the contract requires, or that refuse rows in another form. */
export const misshapenSinks: readonly WrongPart<SinkDefinition>[] = [
  opens('opens nothing', undefined),
  opens('opens a text', 'writer'),
  opens('cannot write', { ...writer, write: undefined }),
  opens('cannot commit', { ...writer, commit: undefined }),
  opens('cannot abort', { ...writer, abort: undefined }),
  opens('has checkpoints and cannot be suspended', { ...writer, checkpoint: async () => ({ state: 1 }) }),
  opens('refuses rows as a number', { ...writer, refused: () => 1 }),
  opens('refuses nothing as a row', { ...writer, refused: () => [null] }),
]
