import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App, ConfigProvider } from 'antd'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { whenSignedOut } from './api/client'
import { cache, meQuery } from './api/use'
import { router } from './app/router'
import './app/style.css'
import { theme } from './app/theme'
import { usePhone, useStill } from './ui/screen'

dayjs.locale('zh-cn')

whenSignedOut(() => {
  if (window.location.pathname === '/login' || !cache.getQueryData(meQuery.queryKey)) return
  cache.setQueryData(meQuery.queryKey, null)
  router.history.push('/login?to=' + encodeURIComponent(window.location.pathname + window.location.search))
})

function Console() {
  const phone = usePhone()
  const still = useStill()
  return (
    <ConfigProvider locale={zhCN} theme={theme(phone, still)} button={{ autoInsertSpace: false }} wave={{ disabled: true }}>
      <App component={false}>
        <QueryClientProvider client={cache}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Console />
  </StrictMode>,
)
