/** History kept in memory, message by message: for the command line and tests. */
import { answeredHeader, textAt, type MessageModel, type Tree } from '../standard/standard.ts'
import { factsOf, pairOf, voids } from './facts.ts'
import type { Bron, History, Known, Pair } from './history.ts'
import { openIndex, type Index } from './index.ts'
import { historyOver } from './open.ts'

export interface MemoryHistory {
  /** Takes a message of any type, which agrees with its model, as accepted; a rejecting answer undoes what it answers, whichever of the two comes first. */
  take (model: MessageModel, message: Tree): void
  /** @returns the history of a pair; what is taken later shows in it */
  of (pair: Pair): History
}

/** A message, and what became of it. */
interface Sent { readonly seq: number, answered: boolean }
/** Messages of one number and Identificatie, and answers that came before what they answer. */
interface Same { readonly sent: Sent[], readonly early: boolean[] }
interface Between { readonly index: Index, readonly messages: Map<string, Same>, /** The messages about a person. */ readonly clients: Map<string, Set<number>>, readonly gone: Set<number> }

/** @param compleetVanaf see History; what is dated before it may have been taken back by what was not taken here. Null: nothing is missing since the first message taken, and nobody knows what came before. */
export function memoryHistory ({ compleetVanaf = null }: { readonly compleetVanaf?: string | null } = {}): MemoryHistory {
  const pairs = new Map<string, Between>()
  let seq = 0
  const between = ({ family, gemeente, aanbieder }: Pair): Between => {
    const key = `${family} ${gemeente} ${aanbieder}`
    const known = pairs.get(key) ?? newPair()
    pairs.set(key, known)
    return known
  }
  return {
    take (model, message) {
      const of = between(pairOf(model, message))
      if (model.answers !== null) answer(of, model, message)
      if (model.role !== 'retour') enter(of, model, message, ++seq)
    },
    of (pair) {
      const { index, messages, clients, gone } = between(pair)
      return historyOver(index, {
        compleetVanaf,
        gaploosVanaf: compleetVanaf === null ? 0 : Infinity,
        clientOf: Bsn => [...clients.get(Bsn) ?? []].some(it => !gone.has(it)) ? Bsn : null,
        heeftIdentificatie: (number, Identificatie) => (messages.get(`${number} ${Identificatie}`)?.sent.length ?? 0) > 0
      })
    }
  }
}

function newPair (): Between {
  const gone = new Set<number>()
  return { index: openIndex(({ bron }) => !gone.has(bron.seq)), messages: new Map(), clients: new Map(), gone }
}

/** An answer is to the last message of that Identificatie that has none: a second one of it is what was refused (TR056). */
function answer ({ messages, gone }: Between, model: MessageModel, message: Tree): void {
  const answered = answeredHeader(model, message)
  if (answered === null) return
  const same = sameOf(messages, `${answered.type.slice(-3)} ${answered.identificatie}`)
  const to = same.sent.findLast(it => !it.answered)
  if (to === undefined) { same.early.push(voids(model, message)); return }
  to.answered = true
  if (voids(model, message)) gone.add(to.seq)
}

function enter ({ index, messages, clients, gone }: Between, model: MessageModel, message: Tree, seq: number): void {
  const bron: Bron = { seq, number: model.number, Identificatie: at(message, 'Identificatie'), Dagtekening: at(message, 'Dagtekening') }
  const same = sameOf(messages, `${bron.number} ${bron.Identificatie}`)
  const early = same.early.shift()
  same.sent.push({ seq, answered: early !== undefined })
  if (early === true) gone.add(seq)
  const known = factsOf(model, message).map((fact): Known => ({ ...fact, bron }))
  index.add(known)
  for (const { client } of known) if (client !== null) clients.set(client, (clients.get(client) ?? new Set()).add(seq))
}

const at = (message: Tree, leaf: string): string => textAt(message, `Header/BerichtIdentificatie/${leaf}`) ?? ''

function sameOf (messages: Map<string, Same>, key: string): Same {
  const known = messages.get(key) ?? { sent: [], early: [] }
  messages.set(key, known)
  return known
}
