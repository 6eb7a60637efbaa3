/** The messages that are measured with, all made by the fixture generator. */
import { generateMessage, modelOf, textAt, writeMessage, type MessageModel, type MessageType, type Node, type Tree } from '../../src/standard/standard.ts'

export interface Sample { readonly name: string, readonly model: MessageModel, readonly bytes: Buffer }

type Path = ReadonlyArray<string | number>

const written = (model: MessageModel, message: Tree): Buffer => Buffer.from(writeMessage(model, message))

const entriesOf = (node: Node | undefined): Array<[string | number, Node | undefined]> =>
  Array.isArray(node) ? [...node.entries()] : typeof node === 'object' ? Object.entries(node) : []

/** @returns the paths of everything that stands twice or more, the longest first */
function lists (node: Node | undefined, path: Path = []): Array<{ path: Path, length: number }> {
  const below = entriesOf(node).flatMap(([key, child]) => lists(child, [...path, key]))
  const own = Array.isArray(node) && node.length > 1 ? [{ path, length: node.length }] : []
  return [...own, ...below].toSorted((a, b) => b.length - a.length)
}

/** @returns the node with the last of the list at `path` taken away */
function shortened (node: Node, [step, ...rest]: Path): Node {
  if (step === undefined) return Array.isArray(node) ? node.slice(0, -1) : node
  const change = ([key, child]: [string | number, Node | undefined]): Node | undefined => key === step && child !== undefined ? shortened(child, rest) : child
  if (Array.isArray(node)) return entriesOf(node).flatMap(entry => change(entry) ?? [])
  return Object.fromEntries(entriesOf(node).map(entry => [entry[0], change(entry)]))
}

/** @returns a full message, of which repeated parts are dropped until it is about as large as asked */
function trimmed (model: MessageModel, bytes_wanted: number, identificatie?: string): Buffer {
  let message = generateMessage(model, 1, 'full', identificatie === undefined ? {} : { identificatie })
  const off = (bytes: Buffer): number => Math.abs(bytes.length - bytes_wanted)
  for (;;) {
    const bytes = written(model, message)
    const shorter = lists(message).map(({ path }) => asTree(shortened(message, path)))
    const nearest = shorter.map(it => written(model, it)).toSorted((a, b) => off(a) - off(b))[0]
    if (nearest === undefined || off(nearest) < 0.03 * bytes_wanted) return nearest ?? bytes
    message = shorter[0] ?? message
  }
}

function asTree (node: Node | undefined): Tree {
  if (typeof node !== 'object' || Array.isArray(node)) throw new TypeError('no class here in the sample')
  return node as Tree
}

/** JW302 of about 1.2 kB. */
export function small (): Sample {
  const model = modelOf('JW302')
  return { name: 'JW302', model, bytes: written(model, generateMessage(model, 1, 'small')) }
}

/** A 301 of about 7.6 kB. */
export function middle (type: Extract<MessageType, 'JW301' | 'WMO301'> = 'JW301', identificatie?: string): Sample {
  const model = modelOf(type)
  return { name: type, model, bytes: trimmed(model, 7_600, identificatie) }
}

const at = (tree: Tree, name: string): Tree => asTree(tree[name])

const list = (tree: Tree, name: string): readonly Node[] => {
  const node = tree[name]
  if (!Array.isArray(node)) throw new TypeError(`no list ${name} in the sample`)
  return node as readonly Node[]
}

/** Cents of all Prestaties below some clients, credits taken off. */
function total (clients: readonly Node[]): number {
  const prestaties = clients.flatMap(client => list(at(asTree(client), 'Prestaties'), 'Prestatie'))
  return prestaties.reduce<number>((sum, it) => {
    const tree = asTree(it)
    return sum + Number(textAt(tree, 'IngediendBedrag/Bedrag')) * (textAt(tree, 'IngediendBedrag/DebetCredit') === 'C' ? -1 : 1)
  }, 0)
}

/** The clients of many claims as those of one: each person once, each Prestatie on an assignment of its own. */
function joined (clients: readonly Node[]): readonly Node[] {
  let nth = 100_000
  const own = (prestatie: Node): Tree => ({ ...asTree(prestatie), ToewijzingNummer: `${nth++}` })
  const byPerson = Map.groupBy(clients.map(asTree), it => textAt(it, 'Bsn'))
  return [...byPerson.values()].map(all => ({ ...all[0], Prestaties: { Prestatie: all.flatMap(it => list(at(it, 'Prestaties'), 'Prestatie').map(own)) } }))
}

/** A JW323 just below so many bytes: the clients of many sample claims in one. It breaks no rule within the message. */
export function large (bytes_max: number): Sample {
  const model = modelOf('JW323')
  const clientsOf = (seed: number): readonly Node[] => list(at(at(generateMessage(model, seed, 'full'), 'Declaratie'), 'Clienten'), 'Client')
  const whole = (clients: readonly Node[]): Buffer => {
    const message = generateMessage(model, 1, 'full', { identificatie: 'JLARGE' })
    const sum = total(clients)
    const declaratie = { ...at(message, 'Declaratie'), TotaalIngediendBedrag: { TotaalBedrag: `${Math.abs(sum)}`, DebetCredit: sum < 0 ? 'C' : 'D' }, Clienten: { Client: joined(clients) } }
    return written(model, { ...message, Declaratie: declaratie })
  }
  const one = whole(clientsOf(1)).length
  // Clients in one claim take less than in many; what is over is cut at the end.
  const clients = Array.from({ length: Math.floor(1.4 * bytes_max / one) }, (_, nth) => clientsOf(10_000 + nth)).flat()
  for (;;) {
    const bytes = whole(clients)
    if (bytes.length <= bytes_max) return { name: 'JW323', model, bytes }
    clients.length = Math.floor(Math.min(clients.length * bytes_max / bytes.length, clients.length - 1))
  }
}

/** @returns the same bytes with letters for a date, which no schema lets by */
export function spoilt ({ name, model, bytes }: Sample): Sample {
  const at = bytes.indexOf(':Dagtekening>')
  if (at < 0) throw new TypeError('no Dagtekening in the sample')
  const copy = Buffer.from(bytes)
  copy.write('ABCDEFGHIJ', at + ':Dagtekening>'.length, 'latin1')
  return { name, model, bytes: copy }
}
