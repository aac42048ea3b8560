// The part of lmdb that the benchmark uses: it is checked also where `npm install --prefix bench` has not been run.

declare module 'lmdb' {
  interface Database {
    put (key: number, value: object): Promise<boolean>
    get (key: number): object | undefined
    getCount (): number
    close (): Promise<void>
  }
  export function open (options: { path: string }): Database
}
