/** Messages that are good by their schema and break a rule above it. */
import { altered, message } from './world.ts'

/** @returns a 301 of a seed that breaks CD075 in its first ToegewezenProduct: a Budget without Einddatum */
export const budgetWithoutEnd = (seed: number): Buffer =>
  altered(message('WMO301', seed), /<(\w+):ToegewezenProduct>([^]*?)<\/\1:ToegewezenProduct>/, '<$1:ToegewezenProduct>$2  <$1:Budget>100</$1:Budget></$1:ToegewezenProduct>')
