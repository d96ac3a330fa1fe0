// Package ambient keeps the stations of the environment (区域环境监测: 空气站点、
// 地表水断面、饮用水水源地、湖库) and what they measure: who they are, which class
// their function asks for and since when, hourly values with their validity, and
// the laboratory's monthly results. It stands in the loop under 发现.
//
// Nothing that was stored is overwritten: a correction is a further version with
// its reason. Days, months and years are computed by assess/air and assess/water,
// each by the rules of the day of the data, and open the values behind them.
//
// It is not for monitors of enterprises (telemetry), and judges no area: who does
// (evaluate) reads it.
package ambient
