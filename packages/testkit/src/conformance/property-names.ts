/** The names of properties that every object has. A part that keeps its results in one finds something else there. */
export const propertyNames: readonly string[] = ['constructor', '__proto__', 'toString', 'hasOwnProperty']
