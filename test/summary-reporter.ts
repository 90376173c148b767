import { writeSync } from 'node:fs'
import type { SerializedError } from 'vitest'
import type { Reporter, TestModule, TestRunEndReason, Vitest } from 'vitest/node'

/**
 * Ends a run with one plain line, `N passed, N failed` (and `, N skipped`), that people and scripts can read.
 * With CI=true a skipped test is a failure: a test that never runs there protects nothing. Before that line it names the
 * tests that failed, and those that passed at their second try only.
 */
export class SummaryReporter implements Reporter {
  #vitest: Vitest | undefined
  #passed = 0
  #failed = 0
  #skipped: string[] = []
  #failedNames: string[] = []
  #flaky: string[] = []

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
    // Written when the process ends, so that nothing can follow it.
    process.once('exit', () => this.#writeSummary())
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], _reason: TestRunEndReason): void {
    this.#passed = 0
    this.#failed = errors.length
    this.#skipped = []
    this.#failedNames = errors.map(({ message }) => message.split('\n', 1)[0] ?? '')
    this.#flaky = []
    for (const module of modules) this.#count(module)
  }

  #count(module: TestModule): void {
    let failedTests = 0
    let tests = 0
    for (const test of module.children.allTests()) {
      tests += 1
      const { state } = test.result()
      const name = `${module.relativeModuleId} > ${test.fullName}`
      if (test.diagnostic()?.flaky) this.#flaky.push(name)
      if (state === 'passed') this.#passed += 1
      else if (state === 'failed') {
        failedTests += 1
        this.#failedNames.push(name)
      } else this.#skipped.push(name)
    }
    // A file that could not be loaded, or whose set-up failed, has no failed test and is a failure all the same.
    const loadFailed = failedTests === 0 && module.state() === 'failed'
    if (loadFailed) this.#failedNames.push(module.relativeModuleId)
    this.#failed += loadFailed ? 1 : failedTests
    if (tests === 0 && module.state() === 'skipped') this.#skipped.push(module.relativeModuleId)
  }

  #writeSummary(): void {
    const filtered = this.#vitest?.config.testNamePattern !== undefined
    const skippedIsFailure = process.env.CI === 'true' && !filtered && this.#skipped.length > 0
    if (skippedIsFailure) {
      for (const name of this.#skipped) writeSync(1, `Skipped, which CI does not allow: ${name}\n`)
      process.exitCode = 1
    }
    for (const name of this.#flaky) writeSync(1, `Flaky, passed at the second try: ${name}\n`)
    for (const name of this.#failedNames) writeSync(1, `Failed: ${name}\n`)
    // Whatever else made the run fail (no test found, a worker that died) must not read as "0 failed".
    const ended = process.exitCode ?? 0
    const failed = this.#failed === 0 && ended !== 0 && !skippedIsFailure ? 1 : this.#failed
    const skipped = this.#skipped.length > 0 ? `, ${this.#skipped.length} skipped` : ''
    const failures = skippedIsFailure ? failed + this.#skipped.length : failed
    writeSync(1, `\n${this.#passed} passed, ${failures} failed${skipped}\n`)
  }
}
