package world

// golden is noon of 2026-11-20 of seed 42. It may change only on purpose, with
// the reason in the commit.
var golden = map[string]Reading{
	"e01/DA001 a00000": {Value: "46.59", Flag: 'N'},
	"e01/DA001 a01011": {Value: "14.14", Flag: 'N'},
	"e01/DA001 a01012": {Value: "53.1", Flag: 'N'},
	"e01/DA001 a01013": {Value: "-0.406", Flag: 'N'},
	"e01/DA001 a01014": {Value: "13.12", Flag: 'N'},
	"e01/DA001 a19001": {Value: "7.13", Flag: 'N'},
	"e01/DA001 a21002": {Value: "20.37", Converted: "22.03", Flag: 'N'},
	"e01/DA001 a21026": {Value: "19.40", Converted: "20.99", Flag: 'N'},
	"e01/DA001 a34013": {Value: "2.75", Converted: "2.97", Flag: 'N'},
	"e02/DW001 w00000": {Value: "9.07", Flag: 'N'},
	"e02/DW001 w01001": {Value: "7.56", Flag: 'N'},
	"e02/DW001 w01018": {Value: "14.85", Flag: 'N'},
	"e02/DW001 w20116": {Value: "0.223", Flag: 'N'},
	"e02/DW001 w20121": {Value: "0.031", Flag: 'N'},
	"e02/DW001 w20122": {Value: "0.125", Flag: 'N'},
	"e02/DW001 w21003": {Value: "2.283", Flag: 'N'},
}
