// A knowledge base of 2,000 passages: indexed through a pipeline, beside the embedding model alone on the same passages;
// and how often the passage that a question was taken from is among the first five, by each method.
import { join } from 'node:path'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const script = (name) => async () => JSON.parse((await runScript(join(import.meta.dirname, 'rag', name))).stdout)
  const { ours, theirs } = await alternate(sized(3, 1), script('ours.js'), script('bare.js'))
  const [index, bare] = [ours, theirs].map((runs) => median(runs.map(({ seconds }) => seconds)))
  const [{ recall, passages }] = ours
  if (Object.values(recall).some((share) => !(share > 0))) throw new Error('a method finds nothing')
  return {
    passages,
    index_s: round(index, 1),
    passages_per_s: round(passages / index, 0),
    bare_passages_per_s: round(passages / bare, 0),
    ratio: round(bare / index),
    vector_recall_at_5: round(recall.vector, 3),
    keyword_recall_at_5: round(recall.keyword, 3),
    hybrid_recall_at_5: round(recall.hybrid, 3),
  }
}
