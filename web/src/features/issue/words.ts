import { openIssues } from '../../ui/words'

export const issueStates = [
  { value: openIssues, label: '在办（未销号）' },
  { value: 'pending', label: '待交办' },
  { value: 'assigned', label: '待签收' },
  { value: 'working', label: '整改中' },
  { value: 'submitted', label: '待验收' },
  { value: 'accepted', label: '待销号' },
  { value: 'closed', label: '已销号' },
]
