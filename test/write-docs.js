// `npm run docs`: writes the pages that are made from the code.
import { writeFileSync } from 'node:fs'
import { errorsPage, errorsPagePath } from './errors-page.js'
import { operatorReference, operatorReferencePath } from './operator-reference.js'

writeFileSync(errorsPagePath, await errorsPage())
writeFileSync(operatorReferencePath, await operatorReference())
