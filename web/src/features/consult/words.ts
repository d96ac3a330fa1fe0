export const consultStates = [
  { value: 'asked', label: '待答复' },
  { value: 'answered', label: '已答复' },
  { value: 'closed', label: '已办结' },
]
