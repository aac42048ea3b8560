// A program in CommonJS, and what the package exports.
import millrace = require('millrace')
import { open, type Db } from 'millrace'
import { same } from './same.cjs'

const schema = { point: { x: 'float64', y: 'float64', label: 'string?' } } as const

async function main(): Promise<void> {
  const db: Db<typeof schema> = await millrace.open({ schema })
  const id = await db.create('point', { x: 1, y: 2 })
  await millrace.create(db, 'point', { x: 1, y: 2, label: 'b' })
  await millrace.modify(db, 'point', id, { label: null })
  await millrace.drain(db)
  const row: { id: number; x: number; y: number; label?: string } | undefined = db.get('point', id)
  void row
  await db.close()
  await using other = await open({ schema })
  void other.closed
}

main().catch((error: unknown) => {
  if (error instanceof millrace.MillraceError && error.code === 'ERR_CLOSED') return
  throw error
})

same<keyof typeof millrace, 'open' | 'create' | 'modify' | 'drain' | 'MillraceError' | 'defineSchema'>()
same<typeof open, typeof millrace.open>()
