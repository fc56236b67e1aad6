/** The one account and region of the simulated cloud. */
export const accountId = '000000000000'
export const region = 'us-east-1'
