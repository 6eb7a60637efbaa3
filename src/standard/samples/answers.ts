/** Makes samples of answers that reject: which class gets which code. */
import { answerTo, centsOf, ordered, prestatiesOf, type Answer, type Ground } from '../answers.ts'
import { isWrapperType } from '../build.ts'
import type { ComplexType, MessageModel, Tree } from '../model.ts'
import { asTree, occurrences, textAt } from '../tree.ts'
import type { Chance } from './random.ts'

/** A level 3 code for the first of the class it applies to, per heenbericht. */
const rejections: Readonly<Record<string, readonly [name: string, ...codes: string[]]>> = {
  301: ['ToegewezenProduct', '9332', '9063'],
  305: ['StartProduct', '9019', '9074'],
  307: ['StopProduct', '9019', '9069'],
  315: ['AangevraagdProduct', '9347', '9361'],
  317: ['TeWijzigenProduct', '9351', '9349'],
  319: ['Antwoord', '9355', '9360'],
  323: ['Prestatie', '9321', '0611']
}

/** @returns the sample that answers `heen`: all well when small, otherwise (of a random one by chance) a rejection with its codes */
export function answeringSample (model: MessageModel, heenModel: MessageModel, heen: Tree, identificatie: string, size: 'small' | 'full' | 'random', chance: Chance): Tree {
  const well = size === 'small' || (size === 'random' && chance.happens(0.3))
  const [at, ...codes] = rejections[heenModel.number] ?? ['']
  const { message } = sampleAnswer(heenModel, heen, identificatie, well ? [] : groundsAt(heenModel, heen, at, codes))
  return well ? message : ordered({ ...message, Header: { ...asTree(message['Header']), XsltVersie: '1.0.0' } }, model.root)
}

/** @returns the answer of a sample: made on the day of the message it answers */
export function sampleAnswer (model: MessageModel, message: Tree, identificatie: string, grounds: readonly Ground[]): Answer {
  return answerTo(model, message, grounds, { identificatie, dagtekening: textAt(message, 'Header/BerichtIdentificatie/Dagtekening') ?? '' })
}

/**
 * Grounds for a rejection, for samples and testers.
 * @param at the class that carries the codes, the first of its name: such as `ToegewezenProduct`; of a claim `Declaratie` (nothing is granted)
 * or `Prestatie` (the first of every Client, and with it a credit nobody knows the debit of); `Header` for a message of which nothing else is answered
 * @throws TypeError when the message has no such class
 */
export function groundsAt (model: MessageModel, message: Tree, at: string, codes: readonly string[]): Ground[] {
  const all = classesNamed(model.root, message, at)
  const [first] = all
  if (first === undefined || (model.role === 'claim' && !['Header', 'Declaratie', 'Prestatie'].includes(at))) throw new TypeError(`a ${model.type} has no ${at} that an answer could reject`)
  if (at === 'Prestatie') return claimed(all, prestatiesOf(asTree(message['Declaratie']) ?? {}), codes)
  return codes.map(code => ground(first, code))
}

const ground = (at: string, code: string): Ground => ({ level: 3, code, retourcode: code, class: at })

const claimed = (paths: readonly string[], prestaties: readonly Tree[], codes: readonly string[]): Ground[] => paths.flatMap((path, nth) => {
  const prestatie = prestaties[nth]
  if (prestatie !== undefined && centsOf(prestatie) < 0n) return [ground(path, '8017')]
  return path.endsWith('/Prestatie[1]') ? codes.map(code => ground(path, code)) : []
})

/** @returns the path of every class of that name, in the order in which they stand */
function classesNamed (type: ComplexType, tree: Tree, name: string, above = ''): string[] {
  return type.elements.flatMap(({ name: element, type: of, max }) => of.kind === 'simple' || of.basis
    ? []
    : occurrences(tree[element]).flatMap((node, nth) => {
      const path = `${above}${element}${max === 1 ? '' : `[${nth + 1}]`}`
      return [...(of.name === name && !isWrapperType(of) ? [path] : []), ...classesNamed(of, asTree(node) ?? {}, name, `${path}/`)]
    }))
}
