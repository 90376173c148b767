import { createReadStream, existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { crc32 } from 'node:zlib'
import { hasType } from '../../contracts/has-type.js'
import type { PlannedStage, PlannedStep } from '../../contracts/plan.js'
import type { Row, RowId } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'
import { reasonOf } from '../../errors/reason-of.js'
import { decodeStepLine, encodeStepLine } from '../../provider/step-codec.js'
import { Lease } from '../durability/lease.js'
import { isDone, notUnfinished } from '../durability/run-state.js'
import { dropProgress } from '../durability/stage-progress.js'
import { dropReceipt, readReceipt, type StageReceipt, writeReceipt } from '../durability/stage-receipts.js'
import { type Edit, ledgerFile, RunLedger } from '../ledger/run-ledger.js'
import { leaseFolder } from '../state/run-folder.js'
import { stageFolder } from '../state/stage-files.js'
import { StepFileWriter } from '../state/step-file.js'
import { type IdentifiedRow, readTable, separatorOf, writeTable } from './row-table.js'
import type { RunRecord } from './run-record.js'
import { writeWholeFile } from './write-whole-file.js'

/** What an import has changed. */
export interface RowEdits {
  readonly run: string
  readonly step: string
  readonly rows: number
  readonly changed: number
  readonly added: number
  readonly removed: number
}

/** The kept rows of a stage. */
interface KeptStage {
  readonly stage: PlannedStage
  readonly step: PlannedStep
  readonly folder: string
  readonly receipt: StageReceipt
}

/**
 * Writes the rows that a finished stage has kept to a file: one JSON object `{"id":...,"row":{...}}` per line, or a table
 * if the name ends with `.csv` or `.tsv`.
 *
 * @param overwrite Whether an existing file is replaced, which may hold edits. @default false
 * @returns the number of rows
 * @throws MAESTRO_RUN_STEP_NOT_KEPT, MAESTRO_RUN_STEP_UNKNOWN, MAESTRO_RUN_EDIT_FORMAT, MAESTRO_RUN_OUTPUT_EXISTS,
 *   MAESTRO_RUN_OUTPUT_UNWRITABLE
 */
export async function exportRows(record: RunRecord, step: string, path: string, overwrite = false): Promise<number> {
  assertEditable(path)
  const { folder, receipt, step: planned } = await keptStage(record, step)
  const kept = join(folder, receipt.file)
  const separator = separatorOf(path)
  const write = (temporary: string) =>
    separator === undefined
      ? copyFile(kept, temporary)
      : writeTable(
          temporary,
          separator,
          planned,
          () => rowsOf(kept),
          (reason) => noTable(path, reason),
        )
  await writeWholeFile(path, write, overwrite).catch((error: unknown) => {
    // Another process has removed the run.
    if (!existsSync(kept)) throw maestroError('MAESTRO_RUN_STEP_NOT_KEPT', { step: planned.id, run: record.runId })
    throw error
  })
  return receipt.counts[planned.id]?.rowsOut ?? 0
}

/**
 * Replaces the rows that a finished stage has kept with edited ones. The edits are noted in the ledger, and the stages
 * that have read the rows run again when the run is resumed. If it is interrupted, the rows are those before it.
 *
 * @param path A file as `exportRows` writes it, with rows changed, added, removed, or moved.
 * @throws MAESTRO_RUN_EDIT_INVALID for a line that is not a row of the step, before anything is changed;
 *   MAESTRO_RUN_STEP_NOT_KEPT, MAESTRO_RUN_STEP_UNKNOWN, MAESTRO_RUN_HELD, MAESTRO_RUN_EDIT_FORMAT;
 *   MAESTRO_RUN_NOT_UNFINISHED if the run is done
 */
export async function importRows(record: RunRecord, step: string, path: string): Promise<RowEdits> {
  assertEditable(path)
  const { directory, runId, plan } = record
  const lease = await Lease.takeExisting(leaseFolder(directory), { what: runId })
  if (lease === undefined) throw maestroError('MAESTRO_RUN_STEP_NOT_KEPT', { step, run: runId })
  try {
    // Nothing would read the edited rows.
    if (isDone(directory)) throw notUnfinished(runId)
    const { stage, step: planned, folder, receipt } = await keptStage(record, step)
    const before = new Map<RowId, number>()
    for await (const line of linesOf(join(folder, receipt.file))) before.set(decodeStepLine(line).id, crc32(line))
    const file = `part-00000.edit-${String(lease.number)}.jsonl`
    const writer = await StepFileWriter.open(join(folder, file))
    const edits: Edit[] = []
    try {
      const seen = new Set<RowId>()
      for await (const { id, row } of editedRows(path, planned, join(folder, receipt.file))) {
        if (seen.has(id)) throw invalid(path, seen.size + 1, `the id "${id}" comes twice`)
        seen.add(id)
        const known = before.get(id)
        if (known === undefined) edits.push({ id, how: 'added' })
        else if (known !== crc32(encodeStepLine(id, row))) edits.push({ id, how: 'changed' })
        await writer.write({ ids: [id], rows: [row] })
      }
      for (const id of before.keys()) if (!seen.has(id)) edits.push({ id, how: 'removed' })
      await writer.commit()
    } catch (error) {
      await writer.abort()
      throw error
    }
    // The receipt names the new file last. Until then, the rows are those before.
    for (const later of plan.stages.filter(({ index }) => index > stage.index)) {
      await dropReceipt(stageFolder(directory, later))
      await dropProgress(stageFolder(directory, later))
    }
    const count = (how: Edit['how']) => edits.filter((edit) => edit.how === how).length
    const [changed, added, removed] = [count('changed'), count('added'), count('removed')]
    const counts = receipt.counts[planned.id]
    await writeReceipt(folder, {
      ...receipt,
      file,
      // What they have committed are rows before the edits.
      sinks: undefined,
      ledger: noteEdits(record, stage, planned.id, receipt, edits),
      counts: {
        ...receipt.counts,
        ...(counts === undefined
          ? {}
          : {
              [planned.id]: {
                ...counts,
                rowsOut: counts.rowsOut + added - removed,
                created: counts.created + added,
                dropped: counts.dropped + removed,
              },
            }),
      },
    })
    return { run: runId, step: planned.id, rows: before.size + added - removed, changed, added, removed }
  } finally {
    await lease.release()
  }
}

/** @throws MAESTRO_RUN_EDIT_FORMAT for a name that promises another format than JSON lines or a table of text */
function assertEditable(path: string): void {
  if (/\.(json|parquet|arrow|xlsx?|gz|zst)$/i.test(path)) throw maestroError('MAESTRO_RUN_EDIT_FORMAT', { path })
}

const noTable = (path: string, reason: string): MaestroError =>
  maestroError('MAESTRO_RUN_EDIT_INVALID', { path, line: 1, reason })

/** Notes the edits in the ledger, if the run has one. @returns the blocks of the stage */
function noteEdits(
  { directory, runId }: RunRecord,
  { index }: PlannedStage,
  step: string,
  receipt: StageReceipt,
  edits: readonly Edit[],
): StageReceipt['ledger'] {
  const path = join(directory, ledgerFile)
  if (!existsSync(path)) return receipt.ledger
  const ledger = new RunLedger({ path, runId, started: Date.now(), prompts: new Map(), checksums: false })
  ledger.reopen(new Map([[index, receipt.ledger]]))
  ledger.begin(index, 'output', [])
  for (const edit of edits) ledger.edited(step, edit)
  ledger.sync()
  ledger.close()
  return ledger.blocksOf(index)
}

async function keptStage({ plan, directory, runId }: RunRecord, step: string): Promise<KeptStage> {
  const planned = plan.steps.find(({ id, use }) => id === step || use === step)
  const steps = plan.steps.map(({ id }) => id)
  if (planned === undefined) throw maestroError('MAESTRO_RUN_STEP_UNKNOWN', { step, run: runId, steps })
  const stage = plan.stages.find((candidate) => candidate.steps.at(-1) === planned.id)
  const folder = stage === undefined ? undefined : stageFolder(directory, stage)
  const found = folder === undefined ? undefined : await readReceipt(folder)
  if (stage === undefined || folder === undefined || found === undefined || !('receipt' in found))
    throw maestroError('MAESTRO_RUN_STEP_NOT_KEPT', { step: planned.id, run: runId })
  return { stage, step: planned, folder, receipt: found.receipt }
}

/**
 * The rows of an edited file.
 *
 * @param kept The file of the rows before.
 * @throws MAESTRO_RUN_EDIT_INVALID
 */
async function* editedRows(path: string, step: PlannedStep, kept: string): AsyncGenerator<IdentifiedRow> {
  const separator = separatorOf(path)
  if (separator !== undefined) {
    const before = new Map<RowId, Row>()
    for await (const { id, row } of rowsOf(kept)) before.set(id, row)
    yield* readTable(path, separator, step, before, (record, reason) => invalid(path, record, reason))
    return
  }
  const { columns, open } = step.columnsOut
  const types = new Map(Object.entries(columns))
  let number = 0
  for await (const line of linesOf(path)) {
    number++
    let found: { readonly id: unknown; readonly row: unknown }
    try {
      found = decodeStepLine(line)
    } catch (error) {
      throw invalid(path, number, MaestroError.is(error) ? error.message : reasonOf(error))
    }
    const { id, row } = found
    if (typeof id !== 'string' || id === '') throw invalid(path, number, 'it has no "id", which is a text')
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw invalid(path, number, 'it has no "row", which is an object of columns')
    for (const [column, value] of Object.entries(row)) {
      const type = types.get(column)
      if (type === undefined && !open) throw invalid(path, number, `${step.id} makes no column "${column}"`)
      if (type !== undefined && !hasType(value, type))
        throw invalid(path, number, `the column "${column}" holds ${describeValue(value)}, and its type is ${type}`)
    }
    yield { id, row: row as Row }
  }
}

const invalid = (path: string, line: number, reason: string): MaestroError =>
  maestroError('MAESTRO_RUN_EDIT_INVALID', { path, line, reason })

async function* rowsOf(path: string): AsyncGenerator<IdentifiedRow> {
  for await (const line of linesOf(path)) yield decodeStepLine(line)
}

/** The lines of a file that are not empty. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) if (line !== '') yield line
}
