/** Makes the messages of a conversation's steps: from the standard's samples, from files, or as answers to what was received. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { partyKind, Unusable } from '../core/core.ts'
import { headIn } from '../speak/speak.ts'
import { generateMessage, groundsAt, headerOf, modelOf, readMessage, sampleAnswer, writeMessage, type Family, type Ground, type MessageModel, type Tree } from '../standard/standard.ts'
import type { Actor, Answering, Change, Send, SendFile } from './conversation.ts'
import { leafOf, withLeaf } from './edit.ts'

/** A message ready to be sent; `type` and `to` are null when it does not say so. */
export interface Made { readonly bytes: Uint8Array, readonly type: string | null, readonly party: string, readonly to: string | null }

/** What a step is made within. */
export interface Scene {
  readonly family: Family
  readonly conversation: string
  /** The parties played here, in the order in which they were given. */
  readonly parties: readonly string[]
  /** The bytes, sent or received, of a message above. */
  readonly bytesOf: (name: string) => Uint8Array
  /** The line of the step whose Identificatie a message has: its own, or that of a refused message it corrects. */
  readonly identity: number
}

/** @returns the party that acts. @throws Unusable when nobody here plays it */
export function partyOf (actor: Actor, parties: readonly string[]): string {
  const found = parties.find(it => it === actor || partyKind(it) === actor)
  if (found === undefined) throw new Unusable(`nobody here plays ${/^\d/.test(actor) ? '' : 'the '}${actor}; give its keys with --as CODE=CERTIFICATE,KEY`)
  return found
}

/** @returns who gets the message of a `sends` line: as it says, else the first played party of the other kind */
export function receiverOf ({ who, to }: Send, parties: readonly string[]): string {
  if (to !== null && partyKind(to) !== null) return to
  return partyOf(to ?? (partyKind(partyOf(who, parties)) === 'gemeente' ? 'aanbieder' : 'gemeente'), parties)
}

function modelOfNumber (family: Family, number: string): MessageModel {
  const model = modelOf(`${family === 'iwmo' ? 'WMO' : 'JW'}${number}`)
  if (model === undefined) throw new Unusable(`there is no ${number}`)
  return model
}

/** Every conversation tells a story of its own: no number of one is a number of another. */
const seedOf = (conversation: string): number => 1000 + createHash('sha256').update(conversation).digest().readUInt32BE() % 1_000_000
const identificatieOf = ({ conversation, identity }: Scene): string => `${seedOf(conversation).toString(36)}L${identity}`.toUpperCase()

/** @returns the message of a `sends` line. @throws Unusable when it cannot be made so */
export function made (step: Send, scene: Scene): Made {
  const model = modelOfNumber(scene.family, step.number)
  const party = partyOf(step.who, scene.parties)
  const to = receiverOf(step, scene.parties)
  const [afzender, ontvanger] = model.role === 'retour' ? [to, party] : [party, to]
  if (step.file !== null) return { party, to, type: model.type, bytes: fromFile(step, model, scene, { Afzender: afzender, Ontvanger: ontvanger }) }
  const tree = generateMessage(model, seedOf(scene.conversation), step.size, { afzender, ontvanger, identificatie: identificatieOf(scene) })
  return { party, to, type: model.type, bytes: writeMessage(model, changed(model, tree, step.changes, scene)) }
}

function fromFile (step: Send, model: MessageModel, scene: Scene, header: Readonly<Record<string, string>>): Uint8Array {
  const name = (step.file ?? '').replaceAll('{family}', scene.family).replaceAll('{type}', model.type)
  const bytes = fileBytes(name)
  const read = readMessage(bytes)
  if (read.kind !== 'valid') {
    if (step.changes.length > 0) throw new Unusable(`${name} is not plainly valid, so nothing in it can be changed`)
    return bytes
  }
  if (read.model !== model) throw new Unusable(`${name} holds a ${read.model.type}, not a ${model.type}`)
  const addressed = Object.entries(header).reduce((tree, [element, text]) => withLeaf(model, tree, `Header/${element}`, text), read.message)
  return writeMessage(model, changed(model, addressed, step.changes, scene))
}

/** @throws Unusable naming the file */
function fileBytes (path: string): Uint8Array {
  try { return readFileSync(path) } catch { throw new Unusable(`cannot read ${path}`) }
}

const changed = (model: MessageModel, tree: Tree, changes: readonly Change[], scene: Scene): Tree => changes.reduce((it, change) => {
  if (change.kind === 'set') return withLeaf(model, it, change.element, change.text)
  if (change.kind === 'drop') return withLeaf(model, it, change.element, undefined)
  const other = readMessage(scene.bytesOf(change.of))
  if (other.kind !== 'valid') throw new Unusable(`“${change.of}” is not plainly valid, so nothing can be taken from it`)
  return withLeaf(model, it, change.element, leafOf(other.model, other.message, change.element))
}, tree)

/** @returns the answer to a message as it was received. @throws Unusable when it has none, or no such class to reject */
export function madeAnswer (step: Answering, scene: Scene): Made {
  const read = readMessage(scene.bytesOf(step.of))
  if (read.kind !== 'valid' || read.model.answeredBy === null) throw new Unusable(`“${step.of}” cannot be read and answered`)
  const { model, message } = read
  const party = partyOf(step.who, scene.parties)
  const { sender, receiver } = headerOf(model, message)
  if (receiver !== party) throw new Unusable(`“${step.of}” went to ${receiver}, so ${party} cannot answer it`)
  const answer = sampleAnswer(model, message, identificatieOf(scene), groundsOf(step, model, message))
  return { party, to: sender, type: answer.model.type, bytes: writeMessage(answer.model, answer.message) }
}

function groundsOf ({ rejecting }: Answering, model: MessageModel, message: Tree): readonly Ground[] {
  if (rejecting === null) return []
  try { return groundsAt(model, message, rejecting.at, rejecting.codes) } catch { throw new Unusable(`a ${model.type} has no ${rejecting.at} that an answer could reject`) }
}

/** @returns a file as it is, sent by whom its Header names, as far as it can be made out */
export function fromHeader (step: SendFile, parties: readonly string[]): Made {
  const bytes = fileBytes(step.file)
  const { model, sender, receiver: to } = headIn(bytes)
  // One that says nothing of use is to be refused whoever sends it.
  const party = parties.find(it => it === sender) ?? (sender !== null && step.expected.outcome !== 'refused' ? partyOf(sender, parties) : parties.find(it => it !== to) ?? parties[0])
  if (party === undefined) throw new Unusable('nobody is played; give keys with --as CODE=CERTIFICATE,KEY')
  return { bytes, type: model?.type ?? null, party, to }
}
