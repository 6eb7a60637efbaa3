/** What must be loaded so that history can answer every question the rules of a message ask. */
import { textAt, valuesOf, type MessageModel, type Tree } from '../standard/standard.ts'
import type { FactName } from './history.ts'
import { sameKey, type KeyName, type Keys } from './keys.ts'

/** Facts of a class by one of their keys; the values as they are compared, each once. */
export interface Lookup { readonly of: FactName, readonly by: Exclude<KeyName, 'client'>, readonly values: readonly string[] }

export interface Needs {
  /** The Bsn of everyone the message is about, each once. */
  readonly clients: readonly string[]
  /** The classes of which everything about them is asked. */
  readonly ofClients: readonly FactName[]
  readonly lookups: readonly Lookup[]
  /** Whether the claim with the latest DeclaratiePeriode is asked. */
  readonly laatsteDeclaratie: boolean
}

type Ask = Omit<Needs, 'clients'>
const nothing: Ask = { ofClients: [], lookups: [], laatsteDeclaratie: false }
const verzoek: readonly FactName[] = ['315:AangevraagdProduct', '317:Verzoek']

/** Of each message the rules that ask, by what they ask. */
const asks: { readonly [number: string]: (model: MessageModel, message: Tree) => Ask } = {
  // TR332: every version of the number. TR379: the open requests. TR385: what was claimed on what is deleted.
  301: (model, message) => ({
    ...nothing,
    ofClients: ['301:ToegewezenProduct', ...verzoek],
    lookups: [...toewijzing(model, message), lookup(model, message, '323:Prestatie', 'ToewijzingNummer'), ...requests(model, message)]
  }),
  // TR019, TR063, TR071, TR074, TR326, TR378.
  305: delivered,
  // Those of a start, TR382 and TR413 to TR415.
  307: delivered,
  // TR347 and TR374.
  315: (model, message) => ({ ...nothing, ofClients: verzoek, lookups: requests(model, message) }),
  // Those of a 315; TR304, TR349 to TR351, TR357, TR361, TR373, TR375, TR378, TR411, TR412.
  317: (model, message) => ({ ...nothing, ofClients: ['301:ToegewezenProduct', ...verzoek], lookups: [...toewijzing(model, message), ...requests(model, message)] }),
  // TR355, TR359, TR360, TR365.
  319: (model, message) => ({ ...nothing, lookups: requests(model, message) }),
  // TR304; TR307, TR308, TR319, TR321, TR322, TR338 to TR341, TR369, TR378, TR384, TR387 to TR389; TR314; TR323, TR390; TR333; TR318.
  323: (model, message) => {
    // A large claim is looked through once for each kind of number.
    const numbers = lookup(model, message, '301:ToegewezenProduct', 'ToewijzingNummer')
    const references = lookup(model, message, '323:Prestatie', 'ReferentieNummer', 'ReferentieNummer', 'VorigReferentieNummer')
    return {
      ofClients: ['301:ToegewezenProduct'],
      lookups: [
        numbers, { ...numbers, of: '323:Prestatie' },
        references, { ...references, by: 'VorigReferentieNummer' },
        lookup(model, message, '323:Declaratie', 'DeclaratieNummer')
      ],
      laatsteDeclaratie: true
    }
  },
  // TR304, TR337, TR366, TR367, TR371, TR376, TR378.
  325: (model, message) => ({
    ...nothing,
    lookups: [
      ...toewijzing(model, message), lookup(model, message, '323:Declaratie', 'DeclaratieNummer'), lookup(model, message, '323:Prestatie', 'ReferentieNummer'),
      ...claims(textAt(message, 'Header/DeclaratieIdentificatie/Identificatie') ?? '')
    ]
  })
}

/** @returns what must be loaded before the message is judged; nothing for a retour. What was loaded may need more: see furtherNeeds. */
export function needsOf (model: MessageModel, message: Tree): Needs {
  const { lookups, ...ask } = asks[model.number]?.(model, message) ?? nothing
  return { clients: [...new Set(model.role === 'retour' ? [] : valuesOf(model, message, 'Bsn'))], ...ask, lookups: lookups.filter(it => it.values.length > 0) }
}

/** By which a fact may bring others. */
export type BringingKey = 'Identificatie' | 'ReferentieAanbieder' | 'ReferentieNummer'

/**
 * What facts bring with them: a request its other references and all answers to these, a Prestatie its rejection. A credit needs no look-up: it stands on the ToewijzingNummer of its debit (TR323).
 * @param found facts by class and keys, as keysOf gives them
 * @returns what to load besides; asked again with what that brings, until nothing is new
 */
export function furtherNeeds (found: Iterable<{ readonly of: FactName, readonly keys: Pick<Keys, BringingKey> }>): readonly Lookup[] {
  const wanted = new Map<Bringing, Set<string>>()
  for (const { of, keys } of found) {
    for (const one of brings[of] ?? []) {
      const value = keys[one.by]
      if (value !== undefined) wanted.set(one, (wanted.get(one) ?? new Set()).add(value))
    }
  }
  return [...wanted].map(([one, values]) => ({ ...one, values: [...values] }))
}

interface Bringing { readonly of: FactName, readonly by: BringingKey }
const answers: readonly Bringing[] = [{ of: '319:Antwoord', by: 'ReferentieAanbieder' }, { of: '301:ToegewezenProduct', by: 'ReferentieAanbieder' }]
const brings: Partial<Record<FactName, readonly Bringing[]>> = {
  '315:AangevraagdProduct': [{ of: '315:AangevraagdProduct', by: 'Identificatie' }, ...answers],
  '317:Verzoek': answers,
  '323:Prestatie': [{ of: '325:Prestatie', by: 'ReferentieNummer' }]
}

/** @returns the look-up of a class by what the message says in elements of that name, wherever they stand */
function lookup (model: MessageModel, message: Tree, of: FactName, by: Lookup['by'], ...elements: readonly string[]): Lookup {
  const values = (elements.length === 0 ? [by] : elements).flatMap(name => valuesOf(model, message, name)).map(text => sameKey(by, text))
  return { of, by, values: [...new Set(values)] }
}

const toewijzing = (model: MessageModel, message: Tree): readonly Lookup[] => [lookup(model, message, '301:ToegewezenProduct', 'ToewijzingNummer')]
const requests = (model: MessageModel, message: Tree): readonly Lookup[] =>
  [...verzoek, '319:Antwoord' as const, '301:ToegewezenProduct' as const].map(of => lookup(model, message, of, 'ReferentieAanbieder'))
const claims = (Identificatie: string): readonly Lookup[] =>
  (['323:Declaratie', '323:Prestatie'] as const).map(of => ({ of, by: 'Identificatie', values: [Identificatie] }))

function delivered (model: MessageModel, message: Tree): Ask {
  return { ...nothing, ofClients: ['301:ToegewezenProduct', '305:StartProduct', '307:StopProduct'], lookups: toewijzing(model, message) }
}
