/** The rules within one message (control level 2), by subject: each a function of its own. */
import { claims } from './level-2-claims.ts'
import { everywhere } from './level-2-everywhere.ts'
import { persons } from './level-2-persons.ts'
import { products } from './level-2-products.ts'
import { requests } from './level-2-requests.ts'
import type { Rule } from './rule.ts'

export const level2: readonly Rule[] = [...persons, ...products, ...requests, ...claims, ...everywhere]
