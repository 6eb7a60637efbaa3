/** `npm run generate`: writes the schemas, types and fixtures of the model; with `--check` it only says which files differ. */
import { keepFiles } from './keep.ts'
import { outputs } from './outputs.ts'

keepFiles(outputs())
