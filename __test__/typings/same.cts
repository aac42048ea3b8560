/** `true` if the two types are the same: not only assignable both ways, but equal in every modifier. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only if the two types are the same. */
export declare function same<Actual, Expected>(...differ: Equal<Actual, Expected> extends true ? [] : [never]): void
