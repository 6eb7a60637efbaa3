/** Writes the answer to a message from what was found in it: the retour by the standard's retour rule, or the 325 of a claim. */
import { isRejecting, type Finding } from '../core/core.ts'
import { isWrapperType } from './build.ts'
import type { ComplexType, MessageModel, Node, Tree } from './model.ts'
import { models } from './models.ts'
import { release } from './release.ts'
import { asTree, isList, occurrences, textAt } from './tree.ts'

/** What of a finding an answer is made from. */
export type Ground = Pick<Finding, 'level' | 'code' | 'retourcode' | 'class' | 'assessed' | 'warning'>

/** What an answer has of its own. */
export interface Signature {
  /** At most 12 characters, unique for its maker. */
  readonly identificatie: string
  /** The day on which it is made, in the Netherlands: `YYYY-MM-DD`. */
  readonly dagtekening: string
}

export interface Answer {
  /** Of the retour or 325. */
  readonly model: MessageModel
  readonly message: Tree
  /** Whether nothing was rejected. */
  readonly approved: boolean
}

/** The codes that say how an answer stands, of LDT_RetourCode. */
const said = { technical: '0001', noRemark: '0200', notAssessed: '0233', granted: '8001' } as const

/**
 * Makes the answer to a message that agrees with its schema. Only findings that reject it count; the rest are for people.
 * Of a retour: any of level 2 gives the Header with 0001; any in the Header gives the Header with its codes; otherwise every class comes
 * back as it was with its codes, with 0233 where it stands in a class that has codes, and with 0200.
 * Of a 325: the same for the Header; codes of the Declaratie grant nothing; otherwise only the Clienten with an error are listed, with only
 * their rejected Prestaties, which are all of them (0233) where the Client itself has codes.
 * @param findings `class` says which class carries `retourcode`, by path from below `Bericht`
 * @throws TypeError when the message is never answered, when a finding rejects without a code (at level 1, for one: such a message gets no
 * answer), or names a class the message does not have: an answer without it would say that all is well
 */
export function answerTo (model: MessageModel, message: Tree, findings: readonly Ground[], { identificatie, dagtekening }: Signature): Answer {
  const answer = answering(model)
  const grounds = findings.filter(isRejecting)
  const codes = codesOf(grounds)
  const lost = [...codes.keys()].find(path => !hasClass(model.root, message, path))
  if (lost !== undefined) throw new TypeError(`a code for a class that this ${model.type} does not have: ${grounds.find(it => it.class === lost)?.code ?? ''}`)
  const header = needed(message, 'Header')
  const version = versionOf(answer)
  const made = answer.role === 'answer'
    ? claimAnswer({ header: ofClaim(header, answer, version, { identificatie, dagtekening }), declaratie: needed(message, 'Declaratie'), codes })
    : retour(answer, message, codes, { ...header, BerichtCode: answer.berichtCode, IdentificatieRetour: identificatie, DagtekeningRetour: dagtekening, XsdVersieRetour: version })
  return { model: answer, message: ordered(made, answer.root), approved: grounds.length === 0 }
}

function answering ({ type, answeredBy, release }: MessageModel): MessageModel {
  const found = models.find(it => it.type === answeredBy && it.release === release)
  if (found === undefined) throw new TypeError(`a ${type} has no answer`)
  return found
}

/** Per class its codes, each once, in the order of the findings. */
type Codes = ReadonlyMap<string, readonly string[]>

function codesOf (grounds: readonly Ground[]): Codes {
  const codes = new Map<string, readonly string[]>()
  for (const { code, level, retourcode, class: at } of grounds) {
    if (level === 1 || retourcode === undefined || at === undefined) throw new TypeError(`${code} rejects the message and brings no code to answer with`)
    const sofar = codes.get(at) ?? []
    if (!sofar.includes(retourcode)) codes.set(at, [...sofar, retourcode])
  }
  return grounds.some(it => it.level === 2) ? new Map([['Header', [said.technical]]]) : codes
}

const retourCodes = (codes: readonly string[]): Tree => ({ RetourCode: codes })

function needed (within: Tree, name: string): Tree {
  const tree = asTree(within[name])
  if (tree === undefined) throw new TypeError(`no ${name}`)
  return tree
}

function versionOf (model: MessageModel): Tree {
  const { xsdVersie } = release(model.release)
  return { BasisschemaXsdVersie: xsdVersie, BerichtXsdVersie: xsdVersie }
}

/** @returns whether the message has such a class; a plural wrapper and a data type are none */
function hasClass (type: ComplexType, tree: Tree, path: string): boolean {
  const [, name = '', nth, rest] = /^(\w+)(?:\[(\d+)\])?(?:\/(.+))?$/.exec(path) ?? []
  const of = type.elements.find(it => it.name === name)
  const node = tree[name]
  if (of?.type.kind !== 'complex' || of.type.basis || node === undefined || (nth === undefined) === (of.max === 'unbounded')) return false
  const inner = asTree(occurrences(node)[Number(nth ?? 1) - 1])
  return inner !== undefined && (rest === undefined ? !isWrapperType(of.type) : hasClass(of.type, inner, rest))
}

function retour (answer: MessageModel, heen: Tree, codes: Codes, header: Tree): Tree {
  const whole = codes.get('Header')
  if (whole !== undefined) return { Header: { ...header, RetourCodes: retourCodes(whole) } }
  if (codes.size === 0) return { Header: header }
  return { ...echoed(answer.root, { ...heen, Header: undefined }, codes, '', false), Header: { ...header, RetourCodes: retourCodes([said.noRemark]) } }
}

/** Gives a class back as it was, every class in it closed with its RetourCodes. @param spoilt whether it stands in a class that has codes */
function echoed (type: ComplexType, tree: Tree, codes: Codes, path: string, spoilt: boolean): Tree {
  const own = codes.get(path)
  const spoils = spoilt || own !== undefined
  return Object.fromEntries(type.elements.flatMap(({ name, type: of, max }): ReadonlyArray<readonly [string, Node]> => {
    if (name === 'RetourCodes') return [[name, retourCodes(own ?? [spoilt ? said.notAssessed : said.noRemark])]]
    const node = tree[name]
    if (node === undefined) return []
    if (of.kind === 'simple' || of.basis) return [[name, node]]
    const at = path === '' ? name : `${path}/${name}`
    const all = occurrences(node).map((one, nth) => echoed(of, asTree(one) ?? {}, codes, max === 1 ? at : `${at}[${nth + 1}]`, spoils))
    return [[name, isList(node) ? all : all[0] ?? {}]]
  }))
}

function ofClaim (claim: Tree, answer: MessageModel, version: Tree, { identificatie, dagtekening }: Signature): Tree {
  return {
    BerichtCode: answer.berichtCode,
    BerichtVersie: `${answer.versie}`,
    BerichtSubversie: `${answer.subversie}`,
    Afzender: claim['Ontvanger'],
    Ontvanger: claim['Afzender'],
    BerichtIdentificatie: { Identificatie: identificatie, Dagtekening: dagtekening },
    XsdVersie: version,
    DeclaratieIdentificatie: claim['BerichtIdentificatie'],
    XsdVersieDeclaratie: claim['XsdVersie']
  }
}

interface Claim { readonly header: Tree, readonly declaratie: Tree, readonly codes: Codes }

function claimAnswer ({ header, declaratie, codes }: Claim): Tree {
  const whole = codes.get('Header')
  if (whole !== undefined) return { Header: { ...header, RetourCodes: retourCodes(whole) } }
  return { Header: { ...header, RetourCodes: retourCodes([said.noRemark]) }, DeclaratieAntwoord: antwoord(declaratie, codes) }
}

function antwoord (declaratie: Tree, codes: Codes): Tree {
  const { DeclaratieNummer, TotaalIngediendBedrag } = declaratie
  const of = (toegekend: Node | undefined, said: readonly string[]): Tree => ({ DeclaratieNummer, TotaalIngediendBedrag, TotaalToegekendBedrag: toegekend, RetourCodes: retourCodes(said) })
  if (codes.size === 0) return of(TotaalIngediendBedrag, [said.granted])
  const whole = codes.get('Declaratie')
  if (whole !== undefined) return of(totaal(0n), whole)
  const listed = rejectedOf(declaratie, codes)
  return { ...of(totaal(sumOf(prestatiesOf(declaratie)) - sumOf(listed.flatMap(ownPrestaties))), [said.noRemark]), Clienten: { Client: listed } }
}

/** @returns the Clienten with an error, each with the Prestaties that are not granted */
function rejectedOf (declaratie: Tree, codes: Codes): readonly Tree[] {
  return clientenOf(declaratie).flatMap((client, nth) => {
    const path = `Declaratie/Clienten/Client[${nth + 1}]`
    const own = codes.get(path)
    const rejected = ownPrestaties(client).flatMap((it, at) => {
      const found = own === undefined ? codes.get(`${path}/Prestaties/Prestatie[${at + 1}]`) : [said.notAssessed]
      return found === undefined ? [] : [{ ...it, RetourCodes: retourCodes(found) }]
    })
    return rejected.length === 0 ? [] : [{ ...client, Prestaties: { Prestatie: rejected }, RetourCodes: retourCodes(own ?? [said.noRemark]) }]
  })
}

const trees = (node: Node | undefined): readonly Tree[] => occurrences(node).map(it => asTree(it) ?? {})
const clientenOf = (declaratie: Tree): readonly Tree[] => trees(asTree(declaratie['Clienten'])?.['Client'])
const ownPrestaties = (client: Tree): readonly Tree[] => trees(asTree(client['Prestaties'])?.['Prestatie'])
/** @returns the Prestaties of the Clienten of a claim or its answer */
export const prestatiesOf = (declaratie: Tree): readonly Tree[] => clientenOf(declaratie).flatMap(ownPrestaties)

/** @returns the cents of a Prestatie, negative for a credit */
export function centsOf (prestatie: Tree): bigint {
  const cents = BigInt((textAt(prestatie, 'IngediendBedrag/Bedrag') ?? '0').trim().replace(/^\+/, ''))
  return textAt(prestatie, 'IngediendBedrag/DebetCredit')?.trim() === 'C' ? -cents : cents
}
/** @returns their sum in cents, credits subtracted */
export const sumOf = (prestaties: readonly Tree[]): bigint => prestaties.reduce((sum, it) => sum + centsOf(it), 0n)

/** @returns an amount with its sign as the standard writes it: zero is a debit */
export const totaal = (sum: bigint): Tree => ({ TotaalBedrag: `${sum < 0n ? -sum : sum}`, DebetCredit: sum < 0n ? 'C' : 'D' })

/** Puts the elements of a message in the order of the schema; what stands in order already is not copied: of a large answer that is nearly all. */
export function ordered (tree: Tree, type: ComplexType): Tree {
  const names = Object.keys(tree)
  const made: Record<string, Node> = {}
  let [same, nth] = [true, 0]
  for (const { name, type: of } of type.elements) {
    const node = tree[name]
    if (node === undefined) continue
    const next = of.kind === 'simple' ? node : orderedNode(node, of)
    made[name] = next
    same &&= names[nth++] === name && next === node
  }
  return same && nth === names.length ? tree : made
}

function orderedNode (node: Node, type: ComplexType): Node {
  if (!isList(node)) return ordered(asTree(node) ?? {}, type)
  const all = node.map(it => ordered(asTree(it) ?? {}, type))
  return all.every((it, nth) => it === node[nth]) ? node : all
}
