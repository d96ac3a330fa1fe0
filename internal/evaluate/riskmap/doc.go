// Package riskmap judges the risk of environmental problems unit by unit and
// month by month (环境污染问题风险预警图): five aspects give 0, 1 or 2 warnings
// each, their sum is green, yellow or red. The rules are a dated table that the
// profile fills (Table); what the document leaves open is a choice in that table
// and told in the reasons.
//
// This is the arithmetic alone: facts in, verdict out, exact fractions
// throughout. It gathers nothing and stores nothing, and it stands at the end of
// the loop, where only reading is left.
package riskmap
