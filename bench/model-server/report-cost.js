/** Says how long the measured part took, and how much CPU time of this process a call cost. */
export function reportCost() {
  const started = performance.now()
  const before = process.cpuUsage()
  return (calls) => {
    const { user, system } = process.cpuUsage(before)
    console.log(`seconds=${(performance.now() - started) / 1000}`)
    console.log(`us_per_call=${(user + system) / calls}`)
  }
}

export const microsecondsPerCall = ({ stdout }) => Number(/us_per_call=([\d.]+)/.exec(stdout)?.[1])
