/** Meldingen: why a message stands as it does, for its sender; the chain's own code first, then all that was found. */
import { Type, type Static } from 'typebox'
import { isRejecting, refusals, type Finding, type RefusalCode } from '../../core/core.ts'
import { toldReason } from '../../here/here.ts'
import type { StoredMessage } from '../../store/store.ts'
import { closed } from './metadata.ts'
import type { Status } from './states.ts'

export const meldingShape = Type.Object({
  code: Type.String({ description: 'The chain’s (BRS…) where it has one, else ours; of a finding that of its rule.' }),
  omschrijving: Type.String({ description: 'What is wrong.' }),
  toelichting: Type.Optional(Type.String({ description: 'Of a finding its place, what stands there and what is expected; else why.' }))
}, { ...closed, $id: 'Melding' })
export type Melding = Static<typeof meldingShape>

/** A place, and what stands there: of personal elements the shape only, as in every finding. */
function placeOf ({ line, path, found, expected, retourcode, assessed, warning }: Finding): string {
  return [
    line === null ? '' : `regel ${line}`, path, found === '' ? '' : `gevonden: ${found}`, expected === '' ? '' : `verwacht: ${expected}`,
    retourcode === undefined ? '' : `retourcode ${retourcode}`, assessed === false ? 'niet beoordeeld' : '', warning === true ? 'waarschuwing' : ''
  ].filter(it => it !== '').join('; ')
}

const meldingOf = (code: string, omschrijving: string, toelichting: string | null): Melding => ({ code, omschrijving, ...toelichting === null || toelichting === '' ? {} : { toelichting } })
const ofFinding = (it: Finding): Melding => meldingOf(it.code, it.message, placeOf(it))

/** @returns why something was refused, with all that was found */
export function meldingenRefused ({ code, detail, findings }: { readonly code: RefusalCode, readonly detail: string | null, readonly findings: readonly Finding[] }): Melding[] {
  const { transportCode, nl } = refusals[code]
  return [meldingOf(transportCode ?? code, nl, detail), ...findings.map(ofFinding)]
}

/** There is nobody to bring it to. */
const unrouted = ['receiver_left', 'receiver_left_family', 'receiver_has_no_door']

/** What is said of a status beside its findings: of most nothing. */
const said: Readonly<Partial<Record<Status, { readonly code: string, readonly nl: string }>>> = {
  WordtVerwerkt: { code: 'held', nl: 'Het bericht wordt nog beoordeeld.' },
  AfgekeurdDoorDienst: { code: 'given_up', nl: 'Het bericht is opgegeven voordat het werd aangeboden.' },
  AanbiedenMislukt: { code: 'push_again', nl: 'Het systeem van de ontvanger nam het bericht niet aan; het wordt opnieuw geprobeerd.' },
  BezorgingAfgebroken: { code: 'given_up', nl: 'De bezorging is afgebroken: het bericht telt niet als bezorgd.' }
}

function ofRejected (findings: readonly Finding[]): Melding {
  const within = findings.some(it => isRejecting(it) && it.level <= 2)
  return within ? meldingOf('BRS28', refusals.ZP_CONTENT.nl, null) : meldingOf('rejected', 'Het bericht is afgekeurd op zijn inhoud (controleniveau 3 of 4).', null)
}

function ofState (status: Status, { dead_reason, work }: Pick<StoredMessage, 'dead_reason' | 'work'>): Melding[] {
  const reason = dead_reason ?? work?.reason ?? null
  if (reason !== null && unrouted.includes(reason)) return [meldingOf('BRS33', 'Het bericht is niet af te leveren.', toldReason(reason)?.nl ?? null)]
  const it = said[status]
  return it === undefined ? [] : [meldingOf(it.code, it.nl, toldReason(reason)?.nl ?? null)]
}

/** @returns why a stored message stands as it does, with all that was found */
export function meldingenOf (status: Status, message: Pick<StoredMessage, 'verdict' | 'dead_reason' | 'work'>, findings: readonly Finding[]): Melding[] {
  return [...message.verdict === 'rejected' ? [ofRejected(findings)] : ofState(status, message), ...findings.map(ofFinding)]
}
