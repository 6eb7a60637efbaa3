/** Loaded before the command (`node --import`): its upkeep takes another sweep, here beside it. */
import { registerHooks } from 'node:module'

registerHooks({
  resolve (specifier, context, next) {
    const asked = specifier === './sweep.ts' && context.parentURL?.endsWith('/src/upkeep/upkeep.ts') === true
    return asked ? { url: new URL('later.ts', import.meta.url).href, format: 'module-typescript', shortCircuit: true } : next(specifier, context)
  }
})
