// What both sides of the benchmark do: a question about each row, answered from what is kept.
import { sized } from '../measure.js'

export const rows = sized(50_000, 1000)
export const question = 'Summarise in one sentence: '
export const answerTo = (text) => `A row about ${text.slice(0, 120)}`
