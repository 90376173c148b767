import { testDamage } from './durability/damage-files.js'

testDamage(['adds rows to a file', 'is incremental'])
