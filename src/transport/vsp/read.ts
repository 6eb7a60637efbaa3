/** BerichtMetadata as it came, checked: everything that is wrong with it is told at once. */
import { Ajv, type ErrorObject } from 'ajv'
import { partyKind, Refusal, type Finding } from '../../core/core.ts'
import { fault, type FaultWords } from './fault.ts'
import { metadataShape, type BerichtMetadata, type Relatie } from './metadata.ts'

/** Largest metadata that is read: a hundred addressees and a context of many values fit. */
const metadata_bytes_max = 65_536
/** Faults that are told at most. */
const told_max = 100

const check = new Ajv({ allErrors: true, verbose: true, formats: { uuid: true } }).compile<BerichtMetadata>(metadataShape)

/** @returns a pointer of JSON as .NET writes it */
const placeOf = (pointer: string): string => pointer.slice(1).replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.')

/** @returns what kind of value stands there; nothing of the value */
function kindOf (value: unknown): string {
  if (Array.isArray(value)) return `${value.length} leden / members`
  return typeof value === 'string' ? `${value.length} tekens / characters` : value === null ? 'null' : typeof value
}

/** What each keyword of the schema says to a person: what is expected, in Dutch, in English. */
const sentences: Readonly<Record<string, (params: Record<string, unknown>) => Omit<FaultWords, 'found'>>> = {
  type: ({ type }) => ({ expected: String(type), nl: 'Hier staat een ander soort waarde.', en: 'Another kind of value stands here.' }),
  pattern: () => ({ expected: 'UUID', nl: 'Dit is geen UUID.', en: 'This is no UUID.' }),
  minLength: () => ({ expected: '≥ 1 teken', nl: 'Dit is leeg.', en: 'This is empty.' }),
  maxLength: ({ limit }) => ({ expected: `≤ ${String(limit)} tekens / characters`, nl: 'Dit is te lang.', en: 'This is too long.' }),
  minItems: ({ limit }) => ({ expected: `≥ ${String(limit)}`, nl: 'Hier ontbreken leden.', en: 'There are members missing here.' }),
  maxItems: ({ limit }) => ({ expected: `≤ ${String(limit)}`, nl: 'Hier staan te veel leden.', en: 'There are too many members here.' }),
  minimum: ({ limit }) => ({ expected: `≥ ${String(limit)}`, nl: 'Dit getal is te klein.', en: 'This number is too small.' }),
  maximum: ({ limit }) => ({ expected: `≤ ${String(limit)}`, nl: 'Dit getal is te groot.', en: 'This number is too large.' })
}
const missing = (path: string): Finding => fault(path, { found: '', expected: 'verplicht / required', nl: 'Dit ontbreekt.', en: 'This is missing.' })

/** A member that is not known is not repeated: its name may say anything. */
function unknown (path: string, known: unknown): Finding {
  return fault(path, { found: 'onbekend lid / unknown member', expected: Object.keys(Object(known)).join(', '), nl: 'Hier staat een lid dat niet bestaat.', en: 'A member stands here that does not exist.' })
}

function faultOf ({ keyword, instancePath, params, parentSchema, data }: ErrorObject): Finding {
  const path = placeOf(instancePath)
  if (keyword === 'required') return missing(placeOf(`${instancePath}/${String(params['missingProperty'])}`))
  if (keyword === 'additionalProperties') return unknown(path, parentSchema?.['properties'])
  const words = sentences[keyword]?.(params) ?? { expected: '', nl: 'Dit klopt niet.', en: 'This is not right.' }
  return fault(path, { found: kindOf(data), ...words })
}

/** Clients write what they leave out as null. */
const leftOut = (_key: string, value: unknown): unknown => value === null ? undefined : value

/** @returns the value, or what stands in the way of there being one */
function parsed (bytes: Buffer): unknown {
  if (bytes.byteLength > metadata_bytes_max) throw new Refusal('ZP_ENVELOPE', null, [fault('berichtMetadata', { found: `${bytes.byteLength} bytes`, expected: `≤ ${metadata_bytes_max} bytes`, nl: 'De metadata zijn te groot.', en: 'The metadata are too large.' })])
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes), leftOut)
  } catch {
    throw new Refusal('ZP_ENVELOPE', null, [fault('berichtMetadata', { found: '', expected: 'JSON, UTF-8', nl: 'Dit deel is geen JSON.', en: 'This part is no JSON.' })])
  }
}

/** Who is meant must be clear: a party by its code. */
function relatieFaults (path: string, relatie: Relatie | undefined): Finding[] {
  const code = relatie?.code
  if (code === undefined) return [missing(`${path}.code`)]
  return partyKind(code) !== null ? [] : [fault(`${path}.code`, { found: kindOf(code), expected: '4 cijfers, 8 cijfers, SVB, CAK, CBS, UWV, VWS', nl: 'Dit is geen AGB-code of gemeentecode.', en: 'This is no AGB code or code of a gemeente.' })]
}

function addresseeFaults (geadresseerden: readonly Relatie[] = []): Finding[] {
  const path = 'routeringgegevens.geadresseerden'
  if (geadresseerden.length === 1) return relatieFaults(`${path}[0]`, geadresseerden[0])
  return [fault(path, { found: kindOf(geadresseerden), expected: '1', nl: 'Noem één geadresseerde; stuur voor elke geadresseerde een eigen bericht.', en: 'Name one addressee; send a message of its own to each.' })]
}

/** What the chain passes on of the sender's application, and in which form (the municipal side asks for it). */
const passedOn = { Applicatie: [/^.{3,50}$/su, '3 … 50 tekens / characters'], ApplicatieVersie: [/^\d{1,4}$/, '1 … 4 cijfers / digits'], ApplicatieSubversie: [/^\d{1,4}$/, '1 … 4 cijfers / digits'] } as const

function contextFaults (context: NonNullable<BerichtMetadata['verwerkingscontext']>): Finding[] {
  return Object.entries(passedOn).flatMap(([sleutel, [form, expected]]) => {
    const its = context.flatMap((it, at) => it.sleutel === sleutel ? [{ at, waarde: it.waarde }] : [])
    const [first] = its
    if (first === undefined) return []
    if (its.length > 1 || first.waarde.length > 1) return [fault(`verwerkingscontext[${its.at(-1)?.at ?? 0}]`, { found: '', expected: `één ${sleutel} / one ${sleutel}`, nl: `${sleutel} staat er meer dan eens.`, en: `${sleutel} stands there more than once.` })]
    const [waarde = ''] = first.waarde
    return form.test(waarde) ? [] : [fault(`verwerkingscontext[${first.at}].waarde[0]`, { found: kindOf(waarde), expected, nl: `Dit is geen ${sleutel} die de keten doorgeeft.`, en: `This is no ${sleutel} that the chain passes on.` })]
  })
}

/** What the published shape leaves open and the gateway must know. */
function ownFaults ({ routeringgegevens: { afzender, geadresseerden, berichtstroom }, verwerkingscontext = [] }: BerichtMetadata): Finding[] {
  return [
    ...relatieFaults('routeringgegevens.afzender', afzender),
    ...addresseeFaults(geadresseerden),
    ...berichtstroom.berichtsubtype === undefined ? [missing('routeringgegevens.berichtstroom.berichtsubtype')] : [],
    ...contextFaults(verwerkingscontext)
  ]
}

/**
 * @param odd what else may be wrong with metadata of the published shape, by the settings
 * @throws Refusal ZP_ENVELOPE that names every fault by its member
 */
export function readMetadata (bytes: Buffer, odd: (it: BerichtMetadata) => readonly Finding[]): BerichtMetadata {
  const value = parsed(bytes)
  const faults = check(value) ? [...ownFaults(value), ...odd(value)] : (check.errors ?? []).map(faultOf)
  if (!check(value) || faults.length > 0) throw new Refusal('ZP_ENVELOPE', null, faults.slice(0, told_max))
  return value
}
