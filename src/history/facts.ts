/** What one message brings to history: its facts, and of an answer whether it undoes the message it answers. */
import { headerOf, valuesOf, type MessageModel, type Messages, type Tree } from '../standard/standard.ts'
import type { Fact, Pair } from './history.ts'

/** @returns between whom a message counts, retours and 325 too; throws a TypeError when its Header is not whole */
export function pairOf (model: MessageModel, message: Tree): Pair {
  const { afzender, ontvanger } = headerOf(model, message)
  const [gemeente, aanbieder] = model.afzender === 'gemeente' ? [afzender, ontvanger] : [ontvanger, afzender]
  return { family: model.family, gemeente, aanbieder }
}

type Numbered = { readonly [Type in keyof Messages as Type extends `JW${infer Number}` ? Number : never]: Messages[Type] }
/** The generated types and the model say the same of both families, and level 1 has held the message to the model. */
export const typed = <Number extends keyof Numbered>(message: Tree): Numbered[Number] => message as Tree & Numbered[Number]

const readers: { readonly [number: string]: (message: Tree) => readonly Fact[] } = {
  301: message => {
    const { Client: { Bsn, ToegewezenProducten } } = typed<'301'>(message)
    return ToegewezenProducten.ToegewezenProduct.map(({ Commentaar, ...it }) => ({ of: '301:ToegewezenProduct', client: Bsn, it }))
  },
  305: message => {
    const { Client: { Bsn, StartProducten } } = typed<'305'>(message)
    return StartProducten.StartProduct.map(it => ({ of: '305:StartProduct', client: Bsn, it }))
  },
  307: message => {
    const { Client: { Bsn, StopProducten } } = typed<'307'>(message)
    return StopProducten.StopProduct.map(it => ({ of: '307:StopProduct', client: Bsn, it }))
  },
  315: message => {
    const { Client: { Bsn, AangevraagdeProducten } } = typed<'315'>(message)
    return AangevraagdeProducten.AangevraagdProduct.map(({ Commentaar, Verwijzer, BeschikkingNummer, ...it }) => ({ of: '315:AangevraagdProduct', client: Bsn, it }))
  },
  317: message => {
    const { Client: { Bsn, Verzoek: { OngewijzigdeProducten, TeWijzigenProducten, NieuweProducten, ...it } } } = typed<'317'>(message)
    return [{ of: '317:Verzoek', client: Bsn, it }]
  },
  319: message => [{ of: '319:Antwoord', client: null, it: typed<'319'>(message).Antwoord }],
  323: claimed,
  325: message => rejectsClaim(message) ? [] : rejected(message)
}

/**
 * @param message that agrees with its model
 * @returns its facts, each about the Bsn in `client`; free text, names and addresses are not among them. None of a retour: see voids.
 */
export const factsOf = ({ number }: MessageModel, message: Tree): readonly Fact[] => readers[number]?.(message) ?? []

function claimed (message: Tree): readonly Fact[] {
  const { Header: { XsdVersie }, Declaratie: { Clienten, ...declaratie } } = typed<'323'>(message)
  const { DeclaratieNummer } = declaratie
  return [
    { of: '323:Declaratie', client: null, it: { ...declaratie, XsdVersie } },
    ...Clienten.Client.flatMap(({ Bsn, Prestaties }) => Prestaties.Prestatie.map((it): Fact => ({ of: '323:Prestatie', client: Bsn, it: { ...it, DeclaratieNummer } })))
  ]
}

interface Coded { readonly RetourCodes: { readonly RetourCode: readonly string[] } }
/** 0200: no error found there. 8001: the claim is granted in full. */
const faulty = ({ RetourCodes }: Coded): boolean => RetourCodes.RetourCode.some(code => code !== '0200' && code !== '8001')

/** What stands below a Client with a fault is rejected with it (0233). */
function rejected (message: Tree): readonly Fact[] {
  const { Header: { DeclaratieIdentificatie }, DeclaratieAntwoord } = typed<'325'>(message)
  return (DeclaratieAntwoord?.Clienten?.Client ?? []).flatMap(client => client.Prestaties.Prestatie
    .filter(it => faulty(client) || faulty(it))
    .map(({ RetourCodes, ...it }): Fact => ({ of: '325:Prestatie', client: client.Bsn, it: { ...it, DeclaratieIdentificatie } })))
}

function rejectsClaim (message: Tree): boolean {
  const { Header, DeclaratieAntwoord } = typed<'325'>(message)
  return faulty(Header) || (DeclaratieAntwoord !== undefined && faulty(DeclaratieAntwoord))
}

/** @returns whether an answer makes the whole message it answers count as never sent: a retour with any error, a 325 with one in its Header or DeclaratieAntwoord */
export function voids (model: MessageModel, message: Tree): boolean {
  if (model.role === 'answer') return rejectsClaim(message)
  return model.role === 'retour' && valuesOf(model, message, 'RetourCode').some(code => code !== '0200')
}
