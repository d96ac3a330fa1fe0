/** kinds are the data that can be chosen, by command. */
export const kinds: Record<number, string> = { 2011: '实时数据', 2051: '分钟数据', 2061: '小时数据', 2031: '日数据', 2021: '设施运行状态', 2041: '设施运行时间' }
