/** Runs the command as its next version would be, for tests: the same, and steps of the database more. NEXT says which. */
import { registerHooks } from 'node:module'

const steps = new URL('next-steps.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => specifier === './migrations.ts' && context.parentURL?.includes('/src/store/') === true
    ? { url: steps, format: 'module-typescript', shortCircuit: true }
    : next(specifier, context)
})
await import('../bin/run.ts')
