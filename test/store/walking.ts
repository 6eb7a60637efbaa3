/** All that can happen to the messages of a story: the graph of the model's states, and a walk along each of its edges with a real store. */
import { beginning, inWords, keyOf, type State, type Step, type Story } from './states.ts'
import { stepped, stepsOf, type Stepped } from './stepping.ts'

/** A step that may be taken in a state, to which it leads, and whether no shorter path leads there. */
export interface Edge extends Stepped { readonly step: Step, readonly to: Node, readonly first: boolean }
/** Empty `edges`: nothing can happen any more, or it is as far as was gone. */
export interface Node { readonly state: State, readonly edges: readonly Edge[] }
export interface Graph { readonly start: Node, readonly nodes: readonly Node[], readonly edges: number }

interface Growing extends Node { readonly edges: Edge[] }

/** @param steps no path is longer @returns all states a story may come to, each by as few steps as lead to it */
export function graphOf (story: Story, steps = Infinity): Graph {
  const start: Growing = { state: beginning(story), edges: [] }
  const known = new Map<string, Growing>([[keyOf(start.state), start]])
  let edges = 0
  for (let [level, nth] = [[start], 0]; level.length > 0 && nth < steps; nth++) {
    const next: Growing[] = []
    for (const { state, edges: own } of level) {
      for (const step of stepsOf(story, state)) {
        const done = stepped(story, state, step)
        const key = keyOf(done.after)
        const there = known.get(key)
        const to = there ?? { state: done.after, edges: [] }
        if (there === undefined) {
          known.set(key, to)
          next.push(to)
        }
        own.push({ ...done, step, to, first: there === undefined })
        edges++
      }
    }
    level = next
  }
  return { start, nodes: [...known.values()], edges }
}

/** Whoever takes the steps. */
export interface Walker {
  /** @returns what is not as it should be after this step; null when nothing is */
  go (edge: Edge, from: State): Promise<string | null>
  /** Does this and undoes it again. */
  undone (work: () => Promise<void>): Promise<void>
}

/** A path of steps at whose end something was not as the model says. */
export interface Wrong { readonly path: readonly string[], readonly what: string }

/** Goes along every edge, at most so many steps from the start, until something is wrong. */
async function walkTo ({ start }: Graph, walker: Walker, steps: number): Promise<{ readonly edges: number, readonly wrong: Wrong | null }> {
  const path: string[] = []
  let [edges, wrong]: [number, Wrong | null] = [0, null]
  async function visit (node: Node): Promise<void> {
    for (const edge of node.edges) {
      if (wrong !== null) return
      path.push(inWords(edge.step))
      edges++
      const go = async (): Promise<void> => {
        const what = await walker.go(edge, node.state)
        if (what !== null) wrong = { path: [...path], what }
        else if (edge.first && path.length < steps) await visit(edge.to)
      }
      // Of what changes nothing there is nothing to undo.
      await (edge.idle ? go() : walker.undone(go))
      path.pop()
    }
  }
  await visit(start)
  return { edges, wrong }
}

/** Goes along every edge. @returns what is wrong, if anything, at the end of a path than which none that leads to something wrong is shorter */
export async function walk (graph: Graph, walker: Walker): Promise<{ readonly edges: number, readonly wrong: Wrong | null }> {
  const whole = await walkTo(graph, walker, Infinity)
  for (let steps = 1; steps < (whole.wrong?.path.length ?? 0); steps++) {
    const { wrong } = await walkTo(graph, walker, steps)
    if (wrong !== null) return { edges: whole.edges, wrong }
  }
  return whole
}
