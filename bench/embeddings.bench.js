// Texts per second through local.embeddings, beside transformers.js used directly: same model, texts and threads.
import { join } from 'node:path'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const script = (name) => () => runScript(join(import.meta.dirname, 'embeddings', name))
  const { ours, theirs } = await alternate(sized(3, 1), script('ours.js'), script('bare.js'))
  const figure = (name) => (run) => Number(new RegExp(`${name}=([\\d.]+)`).exec(run.stdout)?.[1])
  const [tokens] = ours.map(figure('tokens'))
  if (!(tokens > 0)) throw new Error('no text was embedded')
  for (const run of [...ours, ...theirs])
    if (figure('tokens')(run) !== tokens)
      throw new Error(`not the same work: ${tokens} and ${figure('tokens')(run)} tokens`)
  const [oursTexts, bareTexts] = [ours, theirs].map((runs) => median(runs.map(figure('texts_per_s'))))
  return {
    ours_texts_per_s: round(oursTexts, 1),
    bare_texts_per_s: round(bareTexts, 1),
    ratio: round(oursTexts / bareTexts),
  }
}
