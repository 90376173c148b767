import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { realPath } from '@maestro-dataflow/core'

/** Replaces a file that people edit. At any moment, it is the file before or the file after. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const target = realPath(path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(`${target}.part`, text, { flush: true })
  await rename(`${target}.part`, target)
}
