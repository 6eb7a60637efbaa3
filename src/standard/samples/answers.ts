/** Makes the answers to a message: the retour or 325 that says all is well, and samples of one that does not. */
import type { ComplexType, MessageModel, Node, Tree } from '../model.ts'
import { isWrapperType } from '../build.ts'
import { modelOf } from '../models.ts'
import { release } from '../release.ts'
import { asTree, isList, occurrences, textAt } from '../tree.ts'
import type { Chance } from './random.ts'
import { cents, prestatiesOf, totaal } from './settle.ts'

const retourCodes = (codes: readonly string[]): Tree => ({ RetourCode: codes })
const needed = (node: Node | undefined, what: string): Tree => {
  const tree = asTree(node)
  if (tree === undefined) throw new TypeError(`no ${what}`)
  return tree
}

function answering (model: MessageModel): MessageModel {
  if (model.answeredBy === null) throw new TypeError(`a ${model.type} has no answer`)
  return modelOf(model.answeredBy)
}

/**
 * The retour that says all is well: the Header of the heenbericht, unchanged but for its BerichtCode, and nothing else.
 * @param identificatieRetour at most 12 characters, unique for its maker
 * @param dagtekening of the retour, `yyyy-mm-dd`; the heenbericht's own when not given
 * Throws a TypeError when the message has no retour or no Header.
 */
export function retourFor (heen: Tree, heenModel: MessageModel, identificatieRetour: string, dagtekening?: string): Tree {
  const retour = answering(heenModel)
  const header = needed(heen['Header'], 'Header')
  const { xsdVersie } = release(retour.release)
  return {
    Header: {
      ...header,
      BerichtCode: retour.berichtCode,
      IdentificatieRetour: identificatieRetour,
      DagtekeningRetour: dagtekening ?? textAt(header, 'BerichtIdentificatie/Dagtekening') ?? '',
      XsdVersieRetour: { BasisschemaXsdVersie: xsdVersie, BerichtXsdVersie: xsdVersie }
    }
  }
}

/**
 * The 325 that says all is well: the claim is granted in full (0200 in the Header, 8001 below), no Clienten.
 * @param identificatie of the 325, at most 12 characters, unique for the gemeente
 * @param dagtekening of the 325, `yyyy-mm-dd`; the claim's own when not given
 */
export function declaratieAntwoordFor (claim: Tree, claimModel: MessageModel, identificatie: string, dagtekening?: string): Tree {
  const header = needed(claim['Header'], 'Header')
  const declaratie = needed(claim['Declaratie'], 'Declaratie')
  const { berichtCode, release: of } = answering(claimModel)
  const { xsdVersie } = release(of)
  return ordered({
    Header: {
      ...header,
      BerichtCode: berichtCode,
      Afzender: header['Ontvanger'],
      Ontvanger: header['Afzender'],
      BerichtIdentificatie: { Identificatie: identificatie, Dagtekening: dagtekening ?? textAt(header, 'BerichtIdentificatie/Dagtekening') ?? '' },
      XsdVersie: { BasisschemaXsdVersie: xsdVersie, BerichtXsdVersie: xsdVersie },
      DeclaratieIdentificatie: header['BerichtIdentificatie'],
      XsdVersieDeclaratie: header['XsdVersie'],
      RetourCodes: retourCodes(['0200'])
    },
    DeclaratieAntwoord: {
      DeclaratieNummer: declaratie['DeclaratieNummer'],
      TotaalIngediendBedrag: declaratie['TotaalIngediendBedrag'],
      TotaalToegekendBedrag: declaratie['TotaalIngediendBedrag'],
      RetourCodes: retourCodes(['8001'])
    }
  }, answering(claimModel).root)
}

/** Puts the elements of a message in the order of the schema. */
function ordered (tree: Tree, type: ComplexType): Tree {
  return Object.fromEntries(type.elements.flatMap(({ name, type: of }) => {
    const node = tree[name]
    if (node === undefined) return []
    const inner = asTree(node)
    return [[name, inner === undefined || of.kind === 'simple' ? node : ordered(inner, of)]]
  }))
}

/** Which codes a class gets, by its name and how many of it came before. */
type CodesOf = (name: string, nth: number) => readonly string[]

/** Echoes a class unchanged, every class in it closed with its RetourCodes. */
function echoed (type: ComplexType, tree: Tree, codesOf: CodesOf, seen = new Map<string, number>()): Tree {
  const nth = seen.get(type.name) ?? 0
  seen.set(type.name, nth + 1)
  return Object.fromEntries(type.elements.flatMap(({ name, type: of }): ReadonlyArray<readonly [string, Node]> => {
    if (name === 'RetourCodes') return [[name, retourCodes(codesOf(type.name, nth))]]
    const node = tree[name]
    if (node === undefined) return []
    if (of.kind === 'simple' || of.basis) return [[name, node]]
    const all = occurrences(node).map(one => echoed(of, needed(one, name), codesOf, seen))
    return [[name, isList(node) ? all : all[0] ?? {}]]
  }))
}

/** A level 3 code for the first of the class it applies to, per heenbericht. */
const rejections: Readonly<Record<string, readonly [name: string, ...codes: string[]]>> = {
  301: ['ToegewezenProduct', '9332', '9063'],
  305: ['StartProduct', '9019', '9074'],
  307: ['StopProduct', '9019', '9069'],
  315: ['AangevraagdProduct', '9347', '9361'],
  317: ['TeWijzigenProduct', '9351', '9349'],
  319: ['Antwoord', '9355', '9360']
}

/** @returns the sample that answers `heen`: all well when small, otherwise (of a random one by chance) a rejection with its codes */
export function answeringSample (model: MessageModel, heenModel: MessageModel, heen: Tree, identificatie: string, size: 'small' | 'full' | 'random', chance: Chance): Tree {
  const well = model.role === 'answer' ? declaratieAntwoordFor(heen, heenModel, identificatie) : retourFor(heen, heenModel, identificatie)
  if (size === 'small' || (size === 'random' && chance.happens(0.3))) return well
  const [at, ...codes] = rejections[heenModel.number] ?? ['']
  const rejected = model.role === 'answer' ? partlyGranted(model, well, heen, ['9321', '0611']) : rejectedRetour(model, well, heen, at, codes)
  return ordered({ ...rejected, Header: { ...needed(rejected['Header'], 'Header'), XsltVersie: '1.0.0' } }, model.root)
}

/**
 * The answer that rejects: a retour, or of a 323 the 325.
 * @param at the class that carries the codes, the first of its name: such as `ToegewezenProduct`; in a 325 `Declaratie` (nothing is granted) or
 * `Prestatie` (the first of every Client is not granted); `Header` for a message of which nothing else is answered
 * @param identificatie of the answer, at most 12 characters, unique for its maker
 * Throws a TypeError when the message has no such class.
 */
export function rejectionFor (heen: Tree, heenModel: MessageModel, identificatie: string, at: string, codes: readonly string[]): Tree {
  const model = answering(heenModel)
  const claim = model.role === 'answer'
  const well = claim ? declaratieAntwoordFor(heen, heenModel, identificatie) : retourFor(heen, heenModel, identificatie)
  if (at === 'Header') return ordered({ Header: { ...needed(well['Header'], 'Header'), RetourCodes: retourCodes(codes) } }, model.root)
  if (!(claim ? ['Declaratie', 'Prestatie'].includes(at) : hasClass(heenModel.root, heen, at))) throw new TypeError(`a ${heenModel.type} has no ${at} that an answer could reject`)
  if (at === 'Declaratie') return nothingGranted(well, codes)
  return ordered(claim ? partlyGranted(model, well, heen, codes) : rejectedRetour(model, well, heen, at, codes), model.root)
}

const hasClass = (type: ComplexType, tree: Tree, name: string): boolean => type.elements.some(({ name: own, type: of }) =>
  of.kind === 'complex' && !of.basis && own !== 'Header' && occurrences(tree[own]).some(one => (of.name === name && !isWrapperType(of)) || hasClass(of, needed(one, own), name)))

function nothingGranted (well: Tree, codes: readonly string[]): Tree {
  const antwoord = needed(well['DeclaratieAntwoord'], 'DeclaratieAntwoord')
  return { ...well, DeclaratieAntwoord: { ...antwoord, TotaalToegekendBedrag: totaal(0), RetourCodes: retourCodes(codes) } }
}

function rejectedRetour (model: MessageModel, well: Tree, heen: Tree, at: string, codes: readonly string[]): Tree {
  const below = { ...heen, Header: undefined }
  const codesOf: CodesOf = (name, nth) => name === at && nth === 0 ? codes : ['0200']
  return { ...echoed(model.root, below, codesOf), Header: { ...needed(well['Header'], 'Header'), RetourCodes: retourCodes(['0200']) } }
}

/** Of every Client the first Prestatie is rejected, and with it a credit nobody knows the debit of; the rest is granted. */
function partlyGranted (model: MessageModel, well: Tree, claim: Tree, codes: readonly string[]): Tree {
  const declaratie = needed(claim['Declaratie'], 'Declaratie')
  const antwoord = needed(well['DeclaratieAntwoord'], 'DeclaratieAntwoord')
  const clienten = occurrences(needed(declaratie['Clienten'], 'Clienten')['Client']).map(client => {
    const own = occurrences(needed(needed(client, 'Client')['Prestaties'], 'Prestaties')['Prestatie'])
    return { ...needed(client, 'Client'), Prestaties: { Prestatie: own.filter((one, nth) => nth === 0 || cents(one) < 0) } }
  })
  const type = model.root.elements.find(element => element.name === 'DeclaratieAntwoord')?.type
  if (type?.kind !== 'complex') throw new TypeError('no DeclaratieAntwoord')
  const listed = { ...antwoord, Clienten: { Client: clienten } }
  const credits = prestatiesOf(listed).map(one => cents(one) < 0)
  const rest = prestatiesOf(declaratie).reduce((sum: number, one) => sum + cents(one), 0) - prestatiesOf(listed).reduce((sum: number, one) => sum + cents(one), 0)
  const codesOf: CodesOf = (name, nth) => name !== 'Prestatie' ? ['0200'] : credits[nth] === true ? ['8017'] : codes
  return { ...well, DeclaratieAntwoord: echoed(type, { ...listed, TotaalToegekendBedrag: totaal(rest) }, codesOf) }
}
