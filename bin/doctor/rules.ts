/** What rules need that no message carries: earlier messages, and external sources; only where somebody has messages judged in full. */
import type { Instant } from '../../src/core/core.ts'
import { judgesInFull } from '../../src/party/party.ts'
import type { ListName } from '../../src/sources/sources.ts'
import type { Look } from '../../src/store/store.ts'
import { lookOf } from './database.ts'
import { ok, warning, type Check, type Line } from './lines.ts'

const day_ms = 86_400_000
/** The list of next year is to be brought within this time. */
const ending_ms = 60 * day_ms

type Kept = Look['pairs'][number]

const some = (all: readonly string[]): string => all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ')
const named = ({ pair: { family, gemeente, aanbieder } }: Kept): string => `${family} ${gemeente} ${aanbieder}`

/** An import that ended has none of these. */
const importLines = ({ importing }: Look): Line[] => importing === 0
  ? []
  : [warning('history', `${importing} messages of an import do not count: it goes on now, or was broken off`, 'when none goes on: run "zorgpoort import history" with the same folder again; what it took is known, and all counts at its end')]

function historyLines (look: Look, pairs: readonly Kept[]): Line[] {
  const unknown = pairs.filter(it => it.complete_from === null)
  return [
    ...importLines(look),
    unknown.length === 0
      ? ok('history', `${pairs.length} pairs of gemeente and aanbieder, and from when on all of their messages are here`)
      : warning('history', `nobody said from when on all messages are here between ${some(unknown.map(named))}: what a rule does not find is told as not assessed, and is not rejected`, 'bring what came before ("zorgpoort import history"), then say it with "zorgpoort history complete"; 2015-01-01 where nothing came before')
  ]
}

/** What is asked of a list: whose part of it; a gemeente without products of its own has the national ones. */
function missing ({ sources }: Look, pairs: readonly Kept[]): string[] {
  const there = (list: ListName, family: string, gemeente: string, aanbieder: string): boolean =>
    sources.some(({ part }) => part.list === list && part.family === family && part.gemeente === gemeente && part.aanbieder === aanbieder)
  const products = pairs.filter(({ pair: { family, gemeente } }) => !there('products', family, gemeente, '') && !there('products', family, '', ''))
  const contracts = pairs.filter(({ pair: { family, gemeente, aanbieder } }) => !there('contracts', family, gemeente, aanbieder))
  return [
    ...there('municipalities', '', '', '') ? [] : ['municipalities'],
    ...products.length === 0 ? [] : [`products (${some([...new Set(products.map(({ pair: { family, gemeente } }) => `${family} ${gemeente}`))])})`],
    ...contracts.length === 0 ? [] : [`contracts (${some(contracts.map(named))})`]
  ]
}

function endLines ({ sources }: Look, now: Instant): Line[] {
  const ending = sources.filter(({ part, until }) => part.list !== 'contracts' && until !== null && Date.parse(until) + day_ms - now < ending_ms)
  return ending.map(({ part: { list, family, gemeente }, until }) => {
    const which = [list, family, gemeente].filter(it => it !== '').join(' ')
    const over = Date.parse(until ?? '') + day_ms <= now
    return warning('sources', `the list ${which} ${over ? 'ended' : 'ends'} on ${until}: its rules are not assessed after that day`, `"zorgpoort import ${list}" takes in the one that follows, with the rows of this one`)
  })
}

function sourceLines (look: Look, pairs: readonly Kept[], now: Instant): Line[] {
  const absent = missing(look, pairs)
  const ends = endLines(look, now)
  if (absent.length > 0) return [warning('sources', `absent: ${absent.join('; ')}: rules that ask them are told as not assessed, and reject nothing`, '"zorgpoort import municipalities", "products" or "contracts"; README.md, "External sources", says where they come from'), ...ends]
  return ends.length > 0 ? ends : [ok('sources', 'every list that is asked is here')]
}

/** From when on history is known, and which lists are here. */
export const rules: Check = async patient => {
  const look = await lookOf(patient)
  if (look === null) return []
  const { now } = patient
  const full = new Set<string>(look.judging.filter(judgesInFull).map(it => it.code))
  if (full.size === 0) return importLines(look)
  const pairs = look.pairs.filter(({ pair: { gemeente, aanbieder } }) => full.has(gemeente) || full.has(aanbieder))
  return [...historyLines(look, pairs), ...sourceLines(look, pairs, now)]
}
