/** What a message's Header says to those who route it, answer it and match its answer. */
import type { MessageModel, MessageType, Tree } from './model.ts'
import { asTree, leavesOf, textAt } from './tree.ts'

/** The envelope: parties, identity and kind of a message, as its Header has them. */
export interface Envelope {
  readonly afzender: string
  readonly ontvanger: string
  /** Who sends this message: Afzender, but of a retour the Ontvanger. */
  readonly sender: string
  readonly receiver: string
  /** BerichtIdentificatie/Identificatie; of a retour its own IdentificatieRetour. */
  readonly identificatie: string
  readonly berichtCode: string
  readonly versie: string
  readonly subversie: string
}

/** @returns the envelope of a message that agrees with its model; throws a TypeError naming the element when one is missing */
export function headerOf (model: MessageModel, tree: Tree): Envelope {
  const text = (path: string): string => {
    const found = textAt(tree, `Header/${path}`)
    if (found === undefined) throw new TypeError(`no ${path} in the Header of a ${model.type}`)
    return found
  }
  const [afzender, ontvanger] = [text('Afzender'), text('Ontvanger')]
  const retour = model.role === 'retour'
  return {
    afzender,
    ontvanger,
    sender: retour ? ontvanger : afzender,
    receiver: retour ? afzender : ontvanger,
    identificatie: text(retour ? 'IdentificatieRetour' : 'BerichtIdentificatie/Identificatie'),
    berichtCode: text('BerichtCode'),
    versie: text('BerichtVersie'),
    subversie: text('BerichtSubversie')
  }
}

/** @returns the Header's leaves by path below the Header; of a 323 also its `DeclaratieNummer`, by which a 325 names it */
export function headerLeaves (model: MessageModel, tree: Tree): Readonly<Record<string, string>> {
  const nummer = model.role === 'claim' ? textAt(tree, 'Declaratie/DeclaratieNummer') : undefined
  return { ...Object.fromEntries(leavesIn(model, tree)), ...(nummer === undefined ? {} : { DeclaratieNummer: nummer }) }
}

function leavesIn (model: MessageModel, tree: Tree): ReadonlyArray<readonly [string, string]> {
  const header = model.root.elements.find(element => element.name === 'Header')?.type
  const node = asTree(tree['Header'])
  return header?.kind !== 'complex' || node === undefined ? [] : leavesOf(header, node)
}

/** What a retour or a 325 says about the message it answers. */
export interface Answered {
  readonly type: MessageType
  readonly identificatie: string
  /** Header leaves of the answered message, by path as `headerLeaves` gives them, that must be the same there. */
  readonly echo: Readonly<Record<string, string>>
}

/** Leaves a retour has of its own. */
const own = /^(BerichtCode|IdentificatieRetour|DagtekeningRetour|XsltVersie|XsdVersieRetour\/.*)$/

/** Where a 325 repeats a leaf of its 323. */
const repeated: ReadonlyArray<readonly [path: string, of: string]> = [
  ['DeclaratieIdentificatie/Identificatie', 'BerichtIdentificatie/Identificatie'],
  ['DeclaratieIdentificatie/Dagtekening', 'BerichtIdentificatie/Dagtekening'],
  ['XsdVersieDeclaratie/BasisschemaXsdVersie', 'XsdVersie/BasisschemaXsdVersie'],
  ['XsdVersieDeclaratie/BerichtXsdVersie', 'XsdVersie/BerichtXsdVersie']
]

/** @returns what a retour or 325 answers; null for every other message. A 325 travels the other way, so that its parties are no echo. */
export function answeredHeader (model: MessageModel, tree: Tree): Answered | null {
  if (model.answers === null) return null
  const leaves = leavesIn(model, tree)
  const echo = model.role === 'retour' ? leaves.filter(([path]) => !own.test(path)) : claimEcho(new Map(leaves), tree)
  const record = Object.fromEntries(echo)
  return { type: model.answers, identificatie: record['BerichtIdentificatie/Identificatie'] ?? '', echo: record }
}

function claimEcho (leaves: ReadonlyMap<string, string>, tree: Tree): ReadonlyArray<readonly [string, string]> {
  const header = repeated.map(([path, of]): readonly [string, string | undefined] => [of, leaves.get(path)])
  return [...header, ['DeclaratieNummer', textAt(tree, 'DeclaratieAntwoord/DeclaratieNummer')] as const]
    .flatMap(([path, text]): ReadonlyArray<readonly [string, string]> => text === undefined ? [] : [[path, text]])
}
