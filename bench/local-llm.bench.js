// Tokens per second through ai.generate, beside node-llama-cpp used directly with as many sequences.
import { join } from 'node:path'
import { alternate, median, round, runScript } from './measure.js'

export async function bench() {
  const script = (name) => () => runScript(join(import.meta.dirname, 'local-llm', name))
  const { ours, theirs } = await alternate(3, script('ours.js'), script('bare.js'))
  const speed = (runs) => median(runs.map(({ stdout }) => Number(/tokens_per_s=([\d.]+)/.exec(stdout)?.[1])))
  const [oursTokens, bareTokens] = [speed(ours), speed(theirs)]
  return {
    ours_tokens_per_s: round(oursTokens, 1),
    bare_tokens_per_s: round(bareTokens, 1),
    ratio: round(oursTokens / bareTokens),
  }
}
