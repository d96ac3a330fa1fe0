// The frame of a wall screen: no menu, dark ground, live events.

import { Outlet } from '@tanstack/react-router'
import { ConfigProvider } from 'antd'
import { useLayoutEffect } from 'react'
import { useLive } from '../api/live'
import { useMe } from '../api/use'
import { usePhone, useStill } from '../ui/screen'
import { darkTheme } from './theme'

export function DarkFrame() {
  const me = useMe()
  const live = useLive(me.id !== '')
  const phone = usePhone()
  const still = useStill()
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = 'dark'
    return () => {
      delete document.documentElement.dataset.theme
    }
  }, [])
  return (
    <ConfigProvider theme={darkTheme(phone, still)}>
      {live === 'off' && <div className="warn" role="status">与服务的实时连接中断，正在重连；屏上的数字可能不是最新的。</div>}
      <main><Outlet /></main>
    </ConfigProvider>
  )
}
