import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { expect, test } from 'vitest'
import fs from '../index.js'

test.each([
  ['LZO', 'its compression LZO is not supported'],
  ['LZ4', 'its compression LZ4 is not supported'],
  // The writer notes such a name as a number that no version of Parquet knows.
  ['TOMORROW', 'its compression is unknown and is not supported'],
] as const)('a file that is packed with %s is refused with its name and the reason', async (codec, reason) => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-codec-'))
  const project = maestro({ plugins: [fs], directory, logLevel: 'silent' })
  try {
    const writer = new ByteWriter()
    const schema = [
      { name: 'schema', num_children: 1 },
      { name: 'n', type: 'INT32', repetition_type: 'OPTIONAL' },
    ] as const
    const parquet = new ParquetWriter({
      writer,
      schema: [...schema],
      codec: codec as 'LZO',
      compressors: { [codec]: (bytes: Uint8Array) => bytes },
    })
    parquet.write({ columnData: [{ name: 'n', data: [1, 2, 3] }] })
    parquet.finish()
    writeFileSync(join(directory, 'packed.parquet'), writer.getBytes())
    const run = project.run(
      pipeline('p').read('fs.file', { path: 'packed.parquet' }).write('fs.file', { path: 'out.jsonl' }),
    )
    await expect(run).rejects.toMatchObject({
      code: 'MAESTRO_FS_PARQUET',
      message: expect.stringContaining('packed.parquet'),
      details: { reason },
    })
  } finally {
    await project.dispose()
    rmSync(directory, { recursive: true, force: true })
  }
})
