import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fsError } from './errors.js'
import type { Compression, FileFormat } from './format.js'
import { syncFolder } from './sync-folder.js'

/** The path that stands for standard input in a source, and for standard output in a sink. */
export const standardPath = '-'

/** What came from standard input, in a file of its own: a plan looks at a source before the run reads it. */
export interface StandardInput {
  readonly path: string
  readonly format: FileFormat
  readonly compression: Compression
}

/** What this process has read from standard input, and what a source has got last. */
let input: Promise<StandardInput> | undefined
let given: Promise<StandardInput> | undefined

/**
 * The content of standard input, which is read once in a process. A run that is resumed has it already.
 *
 * @param run The folder of the run that reads it, or that is to be resumed.
 * @throws MAESTRO_FS_INPUT_TERMINAL
 */
export function standardInput(run?: string): Promise<StandardInput> {
  const kept = run === undefined ? undefined : keptPath(run)
  if (kept !== undefined && existsSync(kept)) given = inputAt(kept)
  else {
    input ??= keepInput()
    given = input
  }
  return given
}

const keptPath = (run: string) => join(run, 'source', 'standard-input')

/**
 * Keeps the content of standard input in the folder of a run, so that the run can be resumed without it.
 *
 * @throws MAESTRO_FS_INPUT_TERMINAL
 */
export async function keepStandardInput(run: string): Promise<void> {
  const path = keptPath(run)
  if (existsSync(path)) return
  const known = await standardInput()
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = `${path}.tmp`
  await rm(temporary, { force: true })
  // The folder for temporary files may be on another disk.
  await link(known.path, temporary).catch(() => copyFile(known.path, temporary))
  const file = await open(temporary, 'r+')
  await file.sync().finally(() => file.close())
  await rename(temporary, path)
  await syncFolder(folder)
}

/** The format of standard input, if a source has read it. */
export async function standardInputFormat(): Promise<FileFormat | undefined> {
  return (await given)?.format
}

async function keepInput(): Promise<StandardInput> {
  if (process.stdin.isTTY) throw fsError('MAESTRO_FS_INPUT_TERMINAL', {})
  const folder = mkdtempSync(join(tmpdir(), 'maestro-input-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'input')
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }))
  return inputAt(path)
}

async function inputAt(path: string): Promise<StandardInput> {
  const start = await beginning(path)
  const compression = compressionOf(start)
  return { path, compression, format: formatOfText(compression === undefined ? start.toString('utf8') : '') }
}

const looked = 1 << 16

async function beginning(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(looked), 0, looked, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function compressionOf(bytes: Buffer): Compression {
  if (bytes.subarray(0, 2).equals(Buffer.of(0x1f, 0x8b))) return 'gzip'
  return bytes.subarray(0, 4).equals(Buffer.of(0x28, 0xb5, 0x2f, 0xfd)) ? 'zstd' : undefined
}

/** The format that the first line shows. The option `format` names any other. */
function formatOfText(text: string): FileFormat {
  const start = text.replace(/^\ufeff/, '').trimStart()
  if (start.startsWith('[')) return 'json'
  const [line = ''] = start.split(/\r?\n/, 1)
  // An object that ends in another line than the first one is a JSON document.
  if (start.startsWith('{')) return line.trimEnd().endsWith('}') ? 'jsonl' : 'json'
  return line.includes('\t') ? 'tsv' : 'csv'
}
