// Tokens per second through ai.generate, beside node-llama-cpp used directly with as many sequences.
import { join } from 'node:path'
import { alternate, median, round, runScript, sized } from './measure.js'

export async function bench() {
  const script = (name) => () => runScript(join(import.meta.dirname, 'local-llm', name))
  const { ours, theirs } = await alternate(sized(3, 1), script('ours.js'), script('bare.js'))
  const tokens = (runs) => Number(/tokens=(\d+)/.exec(runs[0].stdout)?.[1])
  if (!(Math.abs(tokens(ours) / tokens(theirs) - 1) <= 0.05))
    throw new Error(`not the same work: ${tokens(ours)} and ${tokens(theirs)} tokens`)
  const speed = (runs) => median(runs.map(({ stdout }) => Number(/tokens_per_s=([\d.]+)/.exec(stdout)?.[1])))
  const [oursTokens, bareTokens] = [speed(ours), speed(theirs)]
  return {
    ours_tokens_per_s: round(oursTokens, 1),
    bare_tokens_per_s: round(bareTokens, 1),
    ratio: round(oursTokens / bareTokens),
  }
}
