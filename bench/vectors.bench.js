// Nearest of clustered vectors of 384 numbers by each index of lance.vectors, one query a call and 64 a call; beside a
// plain loop over all. 100,000 vectors, or `--count N`.
import { join } from 'node:path'
import { round, runScript, sized } from './measure.js'

export async function bench(flags) {
  const at = flags.indexOf('--count')
  const count = at < 0 ? sized(100_000, 2000) : Number(flags[at + 1])
  const run = async (index) =>
    JSON.parse((await runScript(join(import.meta.dirname, 'vectors/ours.js'), [index, String(count)])).stdout)
  const flat = await run('flat')
  if (flat.recall < 1) throw new Error(`an exact search found ${flat.recall} of the nearest`)
  const [ivf, hnsw] = [await run('ivf'), await run('hnsw')]
  if (!(ivf.recall > 0.5 && hnsw.recall > 0.5)) throw new Error('an index finds too little')
  return {
    count,
    flat_single_qps: round(flat.single, 0),
    flat_batch_qps: round(flat.batch, 0),
    flat_build_s: round(flat.built, 1),
    ivf_single_qps: round(ivf.single, 0),
    ivf_qps: round(ivf.batch, 0),
    ivf_recall: round(ivf.recall, 3),
    ivf_build_s: round(ivf.built, 1),
    hnsw_single_qps: round(hnsw.single, 0),
    hnsw_qps: round(hnsw.batch, 0),
    hnsw_recall: round(hnsw.recall, 3),
    hnsw_build_s: round(hnsw.built, 1),
    add_s: round(flat.added, 1),
    loop_qps: round(flat.loop, 1),
  }
}
