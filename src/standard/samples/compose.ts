/** Makes sample messages of every type from a seed: valid by schema, coherent within, about nobody. */
import type { ComplexType, ElementModel, MessageModel, Node, Tree } from '../model.ts'
import { modelOf } from '../models.ts'
import { isWrapperType } from '../build.ts'
import { answeringSample } from './answers.ts'
import { leafText } from './leaves.ts'
import { settle, type Scene } from './settle.ts'
import { parties, storyOf } from './story.ts'

/** `small`: what schema and rules need. `full`: every optional element, what repeats at least twice. `random`: by chance, with awkward texts. */
export type SampleSize = 'small' | 'full' | 'random'

/** What a sample's Header says instead; `identificatie` is the message's own (of a retour its IdentificatieRetour), at most 12 characters. */
export interface SampleOverrides { readonly afzender?: string, readonly ontvanger?: string, readonly identificatie?: string }

/**
 * Makes a message. The same seed gives the same persons, assignments and references in every type; a retour or 325
 * answers exactly the message that the same seed and size give for the type it answers.
 */
export function generateMessage (model: MessageModel, seed: number, size: SampleSize, overrides: SampleOverrides = {}): Tree {
  const identificatie = overrides.identificatie ?? identificatieOf(model, seed, size)
  if (model.answers !== null) {
    const answered = modelOf(model.answers)
    const { afzender, ontvanger } = overrides
    // A 325 travels against its 323, so their Afzenders differ; a retour keeps those of its heenbericht.
    const [from, to] = model.role === 'answer' ? [ontvanger, afzender] : [afzender, ontvanger]
    const heen = generateMessage(answered, seed, size, { ...(from === undefined ? {} : { afzender: from }), ...(to === undefined ? {} : { ontvanger: to }) })
    return answeringSample(model, answered, heen, identificatie, size, storyOf(seed, model.family).chance)
  }
  const [afzender, ontvanger] = model.afzender === 'gemeente' ? [parties.gemeente, parties.aanbieder] : [parties.aanbieder, parties.gemeente]
  return compose(model.root, { model, size, identificatie, afzender, ontvanger, ...overrides, story: storyOf(seed, model.family) }, 0)
}

function identificatieOf (model: MessageModel, seed: number, size: SampleSize): string {
  return `${model.family === 'iwmo' ? 'W' : 'J'}${model.number}${size.slice(0, 1)}${(seed >>> 0).toString(36)}`.toUpperCase()
}

function compose (type: ComplexType, scene: Scene, index: number): Tree {
  const tree: Record<string, Node> = {}
  for (const element of type.elements) {
    if (element.min === 1 || scene.size === 'full' || (scene.size === 'random' && scene.story.chance.happens(0.5))) tree[element.name] = occurrencesOf(element, scene, index)
  }
  const settled: Tree = { ...tree, ...settle[type.name]?.(tree, scene, index) }
  return Object.fromEntries(type.elements.flatMap(({ name }) => settled[name] === undefined ? [] : [[name, settled[name]]]))
}

/** Assignments come by four in a full sample, so that a change request has some to keep and some to change. */
const many: Readonly<Record<string, number>> = { ToegewezenProduct: 4 }

/** Numbers what repeats, counting on over the classes it stands in: the Prestaties of a second client go on where the first's end. */
function occurrencesOf (element: ElementModel, scene: Scene, index: number): Node {
  const one = (at: number): Node => element.type.kind === 'simple' ? leafText(element, element.type, scene, at) : compose(element.type, scene, at)
  if (element.max === 1) return one(isWrapperType(element.type) ? index * 2 : index)
  const times = scene.size === 'small' ? 1 : scene.size === 'full' ? many[element.name] ?? 2 : 1 + scene.story.chance.below(2)
  return Array.from({ length: times }, (_, nth) => one(index + nth))
}
