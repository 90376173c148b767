import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fsError } from './errors.js'
import type { Compression, FileFormat } from './format.js'

/** The path that stands for standard input in a source, and for standard output in a sink. */
export const standardPath = '-'

/** What came from standard input, in a file of its own: a plan looks at a source before the run reads it. */
export interface StandardInput {
  readonly path: string
  readonly format: FileFormat
  readonly compression: Compression
}

let input: Promise<StandardInput> | undefined

/** The content of standard input, which is read once in a process. @throws MAESTRO_FS_INPUT_TERMINAL */
export function standardInput(): Promise<StandardInput> {
  input ??= keepInput()
  return input
}

/** The format of standard input, if a source has read it. */
export async function standardInputFormat(): Promise<FileFormat | undefined> {
  return (await input)?.format
}

async function keepInput(): Promise<StandardInput> {
  if (process.stdin.isTTY) throw fsError('MAESTRO_FS_INPUT_TERMINAL', {})
  const folder = mkdtempSync(join(tmpdir(), 'maestro-input-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'input')
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }))
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
