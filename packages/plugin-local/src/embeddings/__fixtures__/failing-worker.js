// A thread that ends at its first call and works after a restart, as often happens when memory is short.
import { existsSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const { model: mark } = workerData
const isFirst = !existsSync(mark)
parentPort.postMessage({ type: 'ready' })
parentPort.on('message', ({ type, id, texts }) => {
  if (type === 'close') return parentPort.close()
  if (type !== 'embed') return
  if (isFirst) {
    writeFileSync(mark, '')
    process.exit(7)
  }
  const vectors = texts.map(() => new Float32Array([1]))
  parentPort.postMessage({ type: 'embedded', id, vectors, truncated: [], tokens: 1 })
})
