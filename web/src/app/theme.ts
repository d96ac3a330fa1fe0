// Ant Design dressed as a calm official paper: greys and one blue, hairlines
// instead of shadows, AA contrast everywhere (the stock blue, link and
// placeholder fail it on grey).

import { theme as base, type ThemeConfig } from 'antd'

export const fontFamily =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Source Han Sans SC", "Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif'

/** theme is the house's look. Still: motion ended by style.css alone leaves Ant Design's drop-downs where they were measured, outside the window, so it is told as well. */
export function theme(phone: boolean, still: boolean): ThemeConfig {
  return {
    cssVar: { key: 'qs' },
    hashed: false,
    token: {
      colorPrimary: '#0958d9',
      colorPrimaryHover: '#003eb3',
      colorPrimaryActive: '#002c8c',
      colorLink: '#0958d9',
      colorLinkHover: '#003eb3',
      colorLinkActive: '#003eb3',
      colorInfo: '#0958d9',
      colorError: '#b42318',
      colorErrorHover: '#8f1c13',
      colorErrorActive: '#741610',
      colorWarning: '#8a5a00',
      colorSuccess: '#1f7a3d',
      colorText: '#1f2329',
      colorTextSecondary: '#4a5059',
      colorTextTertiary: '#5f656e',
      colorTextQuaternary: '#6b6b6b',
      colorTextPlaceholder: '#6b6b6b',
      colorTextDisabled: '#6b6b6b',
      colorTextDescription: '#5f656e',
      colorBorder: '#c4c9d0',
      colorBorderSecondary: '#dfe2e6',
      colorBgLayout: '#f4f5f7',
      borderRadius: 3,
      borderRadiusLG: 4,
      borderRadiusSM: 2,
      fontFamily,
      fontSize: 14,
      fontSizeSM: 12,
      lineHeight: 1.5,
      controlHeight: phone ? 44 : 32,
      controlHeightSM: phone ? 44 : 28,
      motion: !still,
      motionDurationMid: '0.1s',
      motionDurationSlow: '0.15s',
      wireframe: false,
      boxShadow: '0 2px 8px rgba(31,35,41,.10)',
      boxShadowSecondary: '0 4px 16px rgba(31,35,41,.12)',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
      Select: { optionSelectedBg: '#e9f1fe' },
    },
  }
}

/** darkTheme is the duty room's screen: the same house on dark ground, its colours those of style.css. */
export function darkTheme(phone: boolean, still: boolean): ThemeConfig {
  const light = theme(phone, still)
  return {
    ...light,
    algorithm: base.darkAlgorithm,
    cssVar: { key: 'qs-dark' },
    token: {
      ...light.token,
      colorPrimary: '#5b9dff', colorPrimaryHover: '#86b7ff', colorPrimaryActive: '#86b7ff', colorLink: '#86b7ff', colorLinkHover: '#b3d1ff', colorLinkActive: '#b3d1ff', colorInfo: '#86b7ff',
      colorError: '#ff9a90', colorErrorHover: '#ffb8b1', colorErrorActive: '#ffb8b1', colorWarning: '#f0c35a', colorSuccess: '#6fd394',
      colorText: '#f2f4f7', colorTextSecondary: '#ccd2da', colorTextTertiary: '#a9b1bc', colorTextQuaternary: '#a9b1bc', colorTextPlaceholder: '#a9b1bc', colorTextDisabled: '#a9b1bc', colorTextDescription: '#a9b1bc',
      colorBorder: '#4d5663', colorBorderSecondary: '#343c48', colorBgLayout: '#0e1217', colorBgContainer: '#171c23', colorBgElevated: '#202731',
    },
    components: { Button: light.components?.Button },
  }
}
