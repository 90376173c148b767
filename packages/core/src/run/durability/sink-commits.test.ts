import { expect, test } from 'vitest'
import { errorOf } from '../../__fixtures__/project-folder.js'
import type { SinkReceipt } from '../../contracts/sink.js'
import { definePlugin } from '../../define/define-plugin.js'
import { defineSink, defineStorage } from '../../define/define-storage.js'
import { pipeline } from '../../define/pipeline.js'
import { anyOptions } from '../__fixtures__/memory-sinks.js'
import { numbers, RunFolder } from '../__fixtures__/run-folder.js'

interface Options {
  readonly name: string
  /** The fingerprint of the receipt with which another process has committed the rows, made from that of this process. */
  readonly other?: (own: string) => string
  /** Whether it says before its commit how many rows it holds. */
  readonly counts?: boolean
}

const folder = new RunFolder()

/** Sinks that add rows with a receipt, and whose commit fails if there is one. */
function adding() {
  const aborted: string[] = []
  let receipt: SinkReceipt | undefined
  const sink = defineSink({
    options: anyOptions<Options>(),
    open({ name, other, counts = false }, target) {
      let rows = 0
      receipt = target.receipt
      return {
        keepsReceipt: other !== undefined,
        get rowsWritten() {
          return counts ? rows : undefined
        },
        write: (batch) => void (rows += batch.rows.length),
        commit: () =>
          other === undefined
            ? Promise.resolve({ rows, location: name })
            : Promise.reject(new Error('the receipt is there already')),
        abort: () => Promise.resolve(void aborted.push(name)),
      }
    },
    async findReceipt({ name, other }) {
      return { fingerprint: other?.(receipt?.fingerprint ?? '') ?? '', result: { rows: 3, location: name } }
    },
  })
  const plugin = definePlugin({ name: 'adding', storages: [defineStorage({ name: 'adding.rows', sink })] })
  return { aborted, project: folder.project({}, [plugin]) }
}

test('rows that a process without its lease has committed in the meantime are those of the run', async () => {
  const { aborted, project } = adding()
  const report = await project.run(
    pipeline('p')
      .from(numbers(3))
      .write('adding.rows' as never, { name: 'a', other: (own: string) => own } as never),
  )
  expect(report).toMatchObject({ status: 'done', sinks: [{ location: 'a', rows: 3 }] })
  expect(aborted).toEqual(['a'])
})

test('other rows that such a process has committed are not taken for those of the run', async () => {
  const { project } = adding()
  const error = await errorOf(() =>
    project.run(
      pipeline('p')
        .from(numbers(3))
        .write('adding.rows' as never, { name: 'a', other: () => 'something else' } as never),
    ),
  )
  expect(error).toMatchObject({ code: 'MAESTRO_RUN_OUTPUT_UNWRITABLE' })
  expect(error.message).toContain('the receipt is there already')
})

test('the report names the sinks in the order of the pipeline, whatever the order of their commits', async () => {
  const { project } = adding()
  const report = await project.run(
    pipeline('p')
      .from(numbers(3))
      .write('adding.rows' as never, { name: 'a', counts: true } as never)
      .write('adding.rows' as never, { name: 'b' } as never)
      .map((row) => row)
      .write('adding.rows' as never, { name: 'c', counts: true } as never),
  )
  expect(report.sinks.map(({ location }) => location)).toEqual(['a', 'b', 'c'])
})
