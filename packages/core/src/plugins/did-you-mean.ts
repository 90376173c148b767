export { didYouMean } from '../errors/did-you-mean.js'
