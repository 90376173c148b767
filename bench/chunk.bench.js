// Megabytes a second cut into chunks, beside LangChain.js' recursive splitter: same text, size and overlap.
import { join } from 'node:path'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const script = (name) => () => runScript(join(import.meta.dirname, 'chunk', name))
  const { ours, theirs } = await alternate(sized(3, 1), script('ours.js'), script('langchain.js'))
  const figure = (name) => (run) => Number(new RegExp(`${name}=([\\d.]+)`).exec(run.stdout)?.[1])
  const [oursSpeed, theirSpeed] = [ours, theirs].map((runs) => median(runs.map(figure('mb_per_s'))))
  const [oursChunks, theirChunks] = [ours, theirs].map(([run]) => figure('chunks')(run))
  return {
    ours_mb_per_s: round(oursSpeed, 1),
    langchain_mb_per_s: round(theirSpeed, 1),
    ratio: round(oursSpeed / theirSpeed),
    ours_chunks: oursChunks,
    langchain_chunks: theirChunks,
  }
}
