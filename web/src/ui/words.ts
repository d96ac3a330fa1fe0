// Groups of states that links and filters speak of as one.

/** openIssues are the states of a problem that is not yet 销号. */
export const openIssues = 'open'

/** openAlarms are the states of an alarm that is not yet 解除. */
export const openAlarms = 'active'
