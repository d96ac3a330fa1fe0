// Package catalog holds the rules that ship with the program (预警规则库), one
// file each, in the order of this list. A rule here is data and one pure
// function; how it is fed and what becomes of its findings stands in package
// rule.
package catalog

import "github.com/qingshao/qingshao/internal/rule"

// All lists the rules.
func All() []rule.Rule {
	return []rule.Rule{
		earlyExceedance().Whole(),
		gasHourExceedance().Whole(),
		waterDayExceedance().Whole(),
	}
}
