import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineOperator } from '../../define/define-operator.js'
import { pipeline } from '../../define/pipeline.js'
import { maestro } from '../../maestro.js'

test.each([0, -1, 1.5, Number.NaN])('an operator whose batch size is %s is a fault of the plan', async (size) => {
  const same = defineOperator({
    name: 'acme.same',
    kind: 'mapBatches',
    options: z.strictObject({}),
    adds: {},
    batchSize: () => size,
    create: () => (rows) => rows,
  })
  const steps = pipeline('sizes')
    .from([{ n: 1 }])
    .step(same, {})
  await expect(Array.fromAsync(maestro({ logLevel: 'silent' }).rows(steps))).rejects.toMatchObject({
    code: 'MAESTRO_PIPELINE_INVALID',
    message: expect.stringContaining('batchSize'),
  })
})
