import { expect, it } from 'vitest'
import { areaOptions } from './pickers'

const ref = {
  units: [{ code: '330302', name: '鹿城区' }, { code: '330303', name: '龙湾区' }],
  regions: [
    { code: '330300', name: '温州市', level: 'city', parent: '33' },
    { code: '330302', name: '鹿城区', level: 'county', parent: '330300' },
    { code: '330302006000', name: '五马街道', level: 'town', parent: '330302' },
    { code: '330303001000', name: '永中街道', level: 'town', parent: '330303' },
  ],
}

it('lists units and their townships under the unit’s name', () => {
  expect(areaOptions(ref).map((o) => o.label)).toEqual(['鹿城区', '龙湾区', '鹿城区 五马街道', '龙湾区 永中街道'])
})
it('stays within the person’s area', () => {
  expect(areaOptions(ref, '330302').map((o) => o.value)).toEqual(['330302', '330302006000'])
  expect(areaOptions(ref, '330300')).toHaveLength(4)
})
it('is empty before the lists have come', () => expect(areaOptions(undefined)).toEqual([]))
