// Package sign looks at the behaviour of an outlet over hours and days (异常识别):
// what its monitors, its meters and its marks say together. Single values against
// single limits prove little, so nothing here alarms on one: a rule gives signs
// (迹象), each of a family with a weight, and only signs of two families, or one
// that is hard by itself, become an episode that people are told of.
//
// Values of one outlet come in as rows, become hourly slots, and every closed slot
// is judged by every rule against the slots before it and the outlet's own usual
// behaviour. All of it is a pure function of the rows in order: replay of history,
// a foreign series and live data give the same episodes. The rules stand in
// rule/catalog; times are event times.
package sign
