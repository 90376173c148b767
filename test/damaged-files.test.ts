import { testDamage } from './durability/damage-files.js'

testDamage(['asks a model and writes files'])
