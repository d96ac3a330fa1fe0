// Saved views: a name for a set of filters, kept in this browser.

import { Button, Dropdown, Input, Popover } from 'antd'
import { useState } from 'react'

interface View { name: string; search: string }

function read(key: string): View[] {
  try {
    const v = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown
    if (Array.isArray(v)) return v.filter((x): x is View => typeof x?.name === 'string' && typeof x?.search === 'string')
  } catch {
    // a damaged list is forgotten
  }
  return []
}

export function SavedViews({ name, current, open }: { name: string; current: string; open: (search: string) => void }) {
  const key = `views.${name}`
  const [views, setViews] = useState(() => read(key))
  const [label, setLabel] = useState('')
  const [asking, setAsking] = useState(false)
  const keep = (list: View[]) => {
    setViews(list)
    localStorage.setItem(key, JSON.stringify(list))
  }
  const here = views.find((v) => v.search === current)
  return (
    <>
      {views.length > 0 && (
        <Dropdown trigger={['click']} menu={{ items: views.map((v) => ({ key: v.name, label: v.name })), selectedKeys: here ? [here.name] : [], onClick: (i) => open(views.find((v) => v.name === i.key)?.search ?? '') }}>
          <Button>{here ? `视图：${here.name}` : '我的视图'}</Button>
        </Dropdown>
      )}
      {here ? (
        <Button onClick={() => keep(views.filter((v) => v !== here))}>删除此视图</Button>
      ) : (
        current !== '' && (
          <Popover
            trigger="click"
            open={asking}
            onOpenChange={setAsking}
            placement="bottomRight"
            content={
              <form
                className="row"
                aria-label="保存视图"
                onSubmit={(e) => {
                  e.preventDefault()
                  const n = label.trim()
                  if (!n) return
                  keep([...views.filter((v) => v.name !== n), { name: n, search: current }])
                  setLabel('')
                  setAsking(false)
                }}
              >
                <Input aria-label="视图名称" placeholder="视图名称" value={label} maxLength={20} onChange={(e) => setLabel(e.target.value)} style={{ width: 160 }} />
                <Button type="primary" htmlType="submit">保存</Button>
              </form>
            }
          >
            <Button>保存为视图</Button>
          </Popover>
        )
      )}
    </>
  )
}
