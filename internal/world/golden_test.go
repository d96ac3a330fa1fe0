package world

// golden is noon of 2026-11-20 of seed 42. It may change only on purpose, with
// the reason in the commit.
var golden = map[string]Reading{
	"e01/DW001 w00000": {Value: "6.62", Flag: 'N'},
	"e01/DW001 w01001": {Value: "7.51", Flag: 'N'},
	"e01/DW001 w01018": {Value: "28.08", Flag: 'N'},
	"e01/DW001 w20116": {Value: "0.246", Flag: 'N'},
	"e01/DW001 w20121": {Value: "0.038", Flag: 'N'},
	"e01/DW001 w20122": {Value: "0.145", Flag: 'N'},
	"e01/DW001 w21003": {Value: "3.206", Flag: 'N'},
	"e14/DA001 a00000": {Value: "69.29", Flag: 'N'},
	"e14/DA001 a01011": {Value: "13.44", Flag: 'N'},
	"e14/DA001 a01012": {Value: "57.7", Flag: 'N'},
	"e14/DA001 a01013": {Value: "-0.254", Flag: 'N'},
	"e14/DA001 a01014": {Value: "11.99", Flag: 'N'},
	"e14/DA001 a19001": {Value: "7.26", Flag: 'N'},
	"e14/DA001 a21002": {Value: "18.14", Converted: "19.80", Flag: 'N'},
	"e14/DA001 a21026": {Value: "9.47", Converted: "10.34", Flag: 'N'},
	"e14/DA001 a34013": {Value: "2.19", Converted: "2.39", Flag: 'N'},
}
