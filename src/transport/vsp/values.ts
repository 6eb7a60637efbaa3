/** The values of the provider door that nobody published: rol, berichttype and actie, as they are configured. */
import { partyCode, partyKind, type Finding, type Instant, type PartyCode, type PartyKind } from '../../core/core.ts'
import type { Parties } from '../../party/party.ts'
import { modelOf, models, type Family, type MessageModel, type MessageType } from '../../standard/standard.ts'
import type { VspConnection } from '../../store/store.ts'
import { fault } from './fault.ts'
import type { BerichtMetadata, Berichtstroom, Relatie } from './metadata.ts'

/** As the settings have them. */
export interface VspValues {
  readonly rollen: Readonly<Record<PartyKind, string>>
  readonly berichttypes: Readonly<Record<Family, string>>
  /** By number (`315`) or functie (`JW315`), which goes first. */
  readonly acties: Readonly<Record<string, string>>
  /** What becomes of a rol, berichttype or actie that comes in and is not the one of these lists. */
  readonly unknown: 'take' | 'refuse'
  readonly payload: 'xml' | 'zip'
}

export interface Values {
  /** A party as this door names it. */
  relatie (code: PartyCode): Required<Relatie>
  berichtstroom (type: MessageType): Required<Berichtstroom>
  /** In which form a party gets payloads. */
  payload (code: PartyCode): 'xml' | 'zip'
  /** @returns the types of whose berichtstroom all that is asked holds */
  types (asked: Partial<Berichtstroom>): readonly MessageType[]
  /** @returns every rol, berichttype and actie that is another than ours; none where unknown ones are taken */
  faults (metadata: BerichtMetadata): readonly Finding[]
}

const same = (a: unknown, b: unknown): boolean => String(a).toLowerCase() === String(b).toLowerCase()

function stroomOf ({ berichttypes, acties }: VspValues, { type, family, number, versie, subversie }: MessageModel): Required<Berichtstroom> {
  return { berichttype: berichttypes[family], berichtsubtype: type, berichtversie: versie, berichtsubversie: subversie, actie: acties[type] ?? acties[number] ?? type }
}

/** A value of ours is told, the other is not: it may be anything. */
const other = (path: string, found: string, expected: string): readonly Finding[] => same(found, expected)
  ? []
  : [fault(path, { found: `${found.length} tekens / characters`, expected, nl: 'Deze waarde is hier niet bekend.', en: 'This value is not known here.' })]

export function openValues (values: VspValues, parties: Pick<Parties, 'party'>, now: () => Instant): Values {
  const connection = (code: PartyCode): VspConnection | null => parties.party(code, now())?.connections.find(it => it.door === 'vsp') ?? null
  const rol = (code: PartyCode): string => connection(code)?.rol ?? values.rollen[partyKind(code) ?? 'aanbieder']
  const known = ({ rol: said, code = '' }: Relatie, path: string): readonly Finding[] => partyKind(code) === null ? [] : other(`${path}.rol`, said, rol(partyCode(code)))
  return {
    relatie: code => ({ rol: rol(code), code }),
    berichtstroom: type => stroomOf(values, modelOf(type)),
    payload: code => connection(code)?.payload ?? values.payload,
    types: asked => models.filter(model => Object.entries(stroomOf(values, model)).every(([name, value]) => Object(asked)[name] === undefined || same(Object(asked)[name], value))).map(it => it.type),
    faults ({ routeringgegevens: { afzender, geadresseerden = [], berichtstroom: said } }) {
      const path = 'routeringgegevens'
      if (values.unknown === 'take') return []
      const model = modelOf(said.berichtsubtype ?? '')
      const ours = model === undefined ? null : stroomOf(values, model)
      return [
        ...afzender === undefined ? [] : known(afzender, `${path}.afzender`),
        ...geadresseerden.flatMap((it, at) => known(it, `${path}.geadresseerden[${at}]`)),
        ...ours === null ? [] : [...other(`${path}.berichtstroom.berichttype`, said.berichttype, ours.berichttype), ...other(`${path}.berichtstroom.actie`, said.actie, ours.actie)]
      ]
    }
  }
}
